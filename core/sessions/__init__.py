"""Records, the tree they form, and the files that keep them."""
