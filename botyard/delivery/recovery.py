"""Which recipients are back after attempts for them had failed, so that what found nobody there need not wait."""

from __future__ import annotations

from botyard.model.deliveries import Attempt, Delivery

REMEMBERED = 10_000


class Recovery:
    """Watches the attempts of one server. ``recovered`` has since when each recipient is back, in Unix milliseconds."""

    def __init__(self) -> None:
        self.recovered: dict[str, int] = {}
        # When an attempt for a recipient last failed; 0 once one has succeeded.
        self._failed: dict[str, float] = {}

    def note(self, delivery: Delivery, attempt: Attempt, took: float, moment: float, *, done: bool) -> None:
        """An attempt has ended now. A recipient is back with the first success that began after the last failure."""
        recipient = delivery.recipient
        failed = self._failed.pop(recipient, None)
        if len(self._failed) >= REMEMBERED:
            self._failed.pop(next(iter(self._failed)))
        if not done:
            self._failed[recipient] = moment
        elif failed and failed > moment - took:
            self._failed[recipient] = failed
        else:
            self._failed[recipient] = 0.0
            # Also the first one that this server knows of, and what others may have failed to send.
            if failed != 0.0 or delivery.attempts:
                self.recovered[recipient] = attempt.started

    def take(self) -> dict[str, int]:
        """Those that are back since the last time."""
        recovered, self.recovered = self.recovered, {}
        return recovered

    def put_back(self, recovered: dict[str, int]) -> None:
        """What could not be recorded is told once more."""
        self.recovered = recovered | self.recovered
