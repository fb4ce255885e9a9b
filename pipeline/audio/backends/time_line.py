"""The time line of a track: where silence stands for what is missing, and what is damage."""

GAP = 0.050
"""Shortest gap between two packets, in s, that counts as missing sound: containers round times."""

LONGEST_GAP = 3_600.0
"""Longest gap, in s; a longer one counts as damaged times."""

LONGEST_GAP_OF_BROADCASTS = 10.0
"""Longest gap, in s, where clocks may restart: a longer one counts as a restarted clock, as in
FFmpeg."""


class TimeLine:
    """How far a track has come, and how much silence its times ask for.

    Attributes:
        damaged: Whether something was lost since the last block.
    """

    def __init__(
        self, rate: int, damage: list[tuple[int, int]], may_restart: bool, exact: bool
    ) -> None:
        """Begins before the first block.

        Args:
            rate: Sampling rate in Hz.
            damage: Where first and last frame of what is lost are noted, from the start of the
                time line.
            may_restart: Whether clocks may start anew, as in broadcasts.
            exact: Whether times are not rounded.
        """
        self.damaged = False
        self._rate = rate
        self._damage = damage
        self._exact = exact
        self._longest = LONGEST_GAP_OF_BROADCASTS if may_restart else LONGEST_GAP
        self._silence_left = LONGEST_GAP  # in all, or each packet could ask for an hour
        self._origin: float | None = None
        self._lead = self._given = 0

    @property
    def has_begun(self) -> bool:
        """Whether there was sound."""
        return self._origin is not None

    def begin(self, time: float, picture: float | None) -> int:
        """Frames before the first sound.

        Args:
            time: Time of the sound, in s.
            picture: Start of the picture, in s; None to begin with the sound.
        """
        self._origin = time
        if picture is not None and 0 < time - picture < LONGEST_GAP:
            self._origin = picture
        self._lead = self._given = round((time - self._origin) * self._rate)
        return self._lead

    def fill_gap(self, time: float, frames: int) -> int:
        """Frames that are missing before a block of so many at ``time``, in s."""
        rate = self._rate
        missing = (time - (self._origin or 0.0)) - self._given / rate
        tolerance = 0.8 * frames / rate if self._exact else GAP
        least = 0 if self.damaged else tolerance
        if least < missing <= min(self._longest, self._silence_left):
            self.damaged = True
            self._silence_left -= missing
            return self._lose(round(missing * rate))
        if abs(missing) > GAP:  # the clock starts anew
            self._origin = time - self._given / rate
        return 0

    def go_on(self, frames: int) -> None:
        """Takes a block of so many."""
        if self.damaged:
            self._lose(0)
            self.damaged = False
        self._given += frames

    def end(self, stated: float) -> int:
        """Frames that should follow the last block of a track of so many s; 0 if nobody knows."""
        missing = round(stated * self._rate) - (self._given - self._lead)
        if GAP * self._rate < missing <= self._longest * self._rate:
            return self._lose(missing)
        if self.damaged:
            self._lose(0)
        return 0

    def _lose(self, frames: int) -> int:
        """Notes damage; the silence that stands for it, if any, counts as given."""
        self._damage.append((self._given, self._given + frames))
        self._given += frames
        return frames
