"""Keeps count of which documented methods and error codes a run has seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from contract.checker import Contract


class Ledger:
    """What was seen of each documented method."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self._successes: set[str] = set()
        self._codes: dict[str, set[str]] = defaultdict(set)

    def saw_success(self, method: str) -> None:
        """A response in the documented shape was seen."""
        self._successes.add(method)

    def saw_error(self, method: str, code: str) -> None:
        """An error was seen, documented or not."""
        self._codes[method].add(code)

    def lines(self) -> Iterator[str]:
        """A line for each family of which something was seen, and one with the methods that were not."""
        for name, pages in self._contract.families.items():
            seen = [page.method for page in pages if page.method in self._successes]
            if not seen:
                continue
            missing = sorted(page.method for page in pages if page.method not in self._successes)
            documented = sum(len(page.codes) for page in pages)
            codes = sum(len(page.codes & self._codes[page.method]) for page in pages)
            yield (
                f"{name}: {len(seen)}/{len(pages)} methods answered in the documented shape, "
                f"{codes}/{documented} documented errors shown"
            )
            if missing:
                line = f"  not shown: {', '.join(missing)}"
                yield line if len(line) < 200 else f"{line[:197]}…"
