"""Heights of a long list of things, with quick sums: where one starts, which is at a row."""

from collections.abc import Iterable

_BUCKET = 128


class HeightIndex:
    """A list of heights that answers positions without adding all of them up.

    Sums are kept a bucket of 128; a lookup among 100,000 heights adds at most 800 bucket sums and
    128 heights, a change costs one addition.
    """

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights: list[int] = list(heights)
        self._rebuild()

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    @property
    def total(self) -> int:
        """The sum of all heights."""
        return self._total

    def append(self, height: int) -> None:
        """Add a height at the end."""
        if len(self._heights) % _BUCKET == 0:
            self._sums.append(0)
        self._heights.append(height)
        self._sums[-1] += height
        self._total += height

    def set(self, index: int, height: int) -> None:
        """Change one height."""
        change = height - self._heights[index]
        if change:
            self._heights[index] = height
            self._sums[index // _BUCKET] += change
            self._total += change

    def truncate(self, length: int) -> None:
        """Keep only the first `length` heights."""
        if length >= len(self._heights):
            return
        gone = self._heights[length:]
        del self._heights[length:]
        if len(gone) > _BUCKET:
            self._rebuild()
            return
        self._total -= sum(gone)
        keep = -(-length // _BUCKET)
        del self._sums[keep:]
        if keep:
            self._sums[-1] = sum(self._heights[(keep - 1) * _BUCKET :])

    def prepend(self, heights: Iterable[int]) -> None:
        """Add heights at the front."""
        self._heights[:0] = heights
        self._rebuild()

    def offset(self, index: int) -> int:
        """The sum of the heights before `index`."""
        bucket = index // _BUCKET
        return sum(self._sums[:bucket]) + sum(self._heights[bucket * _BUCKET : index])

    def find(self, row: int) -> tuple[int, int]:
        """The index whose span holds `row`, and the row counted from its start.

        A row past the end gives the last index; an empty list gives (0, 0).
        """
        row = max(0, row)
        index = 0
        for bucket_sum in self._sums:
            if row < bucket_sum:
                break
            row -= bucket_sum
            index += _BUCKET
        for height in self._heights[index : index + _BUCKET]:
            if row < height:
                return index, row
            row -= height
            index += 1
        last = max(0, len(self._heights) - 1)
        return last, max(0, self._heights[last] - 1) if self._heights else 0

    def _rebuild(self) -> None:
        heights = self._heights
        self._sums = [sum(heights[at : at + _BUCKET]) for at in range(0, len(heights), _BUCKET)]
        self._total = sum(self._sums)
