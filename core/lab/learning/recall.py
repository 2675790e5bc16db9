"""Earlier conversations, ranked by what they have in common with a question (BM25)."""

from __future__ import annotations

from collections.abc import Sequence

from core.errors import UsageError
from core.lab.similarity import words

PASSAGES = 3
"""How many an assistant is shown at most."""


def recall(question: str, passages: Sequence[str], most: int = PASSAGES) -> list[str]:
    """Return the passages that fit a question, best first; those that share no word are left out.

    Raises:
        UsageError: the ranking library is not installed.
    """
    texts = [list(words(each)) for each in passages]
    known = {word for each in texts for word in each}
    wanted = [word for word in words(question) if word in known]
    if not wanted:
        return []
    try:
        import bm25s
    except ImportError as error:
        raise UsageError(
            f"The setting `retrieval` needs bm25s: {error}.",
            "Install it with: pip install 'salon[lab]'.",
        ) from error
    ranking = bm25s.BM25()
    ranking.index(texts, show_progress=False)
    scores = [float(each) for each in ranking.get_scores(wanted)]
    order = sorted(range(len(passages)), key=lambda i: (-scores[i], i))
    return [passages[i] for i in order[:most] if scores[i] > 0]
