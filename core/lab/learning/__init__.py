"""An assistant that serves somebody scene after scene, and a profile that grows meanwhile."""
