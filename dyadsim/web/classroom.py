"""A class that bets together: one question at a time, one bet a device, nothing kept.

Everything is in memory and ends with the server. A device is a random word in a cookie; no name,
no address and no time of a bet is kept with it.
"""

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dyadsim.lessons.lesson import Lesson, Values
from dyadsim.translation import ENGLISH
from dyadsim.web.payload import shown_worlds
from dyadsim.web.translated import sayer

MAX_DEVICES = 500
PER_ADDRESS = 3  # devices of one network address: a phone, its second browser, a laptop
HERE_SECONDS = 10.0  # since a device last asked: it is counted as here
FORGET_SECONDS = 120.0  # a device without a bet that has not asked since makes room
BURST, RATE = 5.0, 1.0  # bets of one device: so many at once, then one a second
WAITING, OPEN, SHOWN = "waiting", "open", "shown"


class Refused(Exception):
    """A request of a phone that is refused: an HTTP status, and why, for people."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status, self.why = status, why


class Question(NamedTuple):
    """What the class is asked.

    Attributes
    ----------
    lesson, values
        The lesson at its settings.
    """

    lesson: Lesson
    values: Values


class _Device:
    """One phone: when it last asked, how many bets it may place at once, its address."""

    __slots__ = ("address", "allowance", "last_request", "refilled")

    def __init__(self, address: str, now: float) -> None:
        self.address, self.last_request, self.refilled, self.allowance = address, now, now, BURST


class Classroom:
    """The state of a class. Used by one thread: that of the server's event loop.

    Parameters
    ----------
    per_address
        How many devices one network address may bring.
    clock
        Seconds, of any origin.
    language
        Of the texts, until a question is asked in another.
    """

    def __init__(
        self,
        per_address: int = PER_ADDRESS,
        clock: Callable[[], float] = time.monotonic,
        language: str = ENGLISH,
    ) -> None:
        self.per_address, self.clock, self.language = per_address, clock, language
        self.stage, self.round, self.refused = WAITING, 0, 0
        self.bars = False  # whether the class sees the histogram before the answer
        self.question: Question | None = None
        self.answer: Mapping[str, Any] | None = None  # of `result_payload`, once computed
        self.bets: dict[str, int] = {}
        self.devices: dict[str, _Device] = {}

    def join(self, token: str, address: str) -> str:
        """Return the word of a device: its own if it is known, else a new one.

        Raises
        ------
        Refused
            The class is full, or too many devices share the address.
        """
        if token in self.devices:
            self.devices[token].last_request = self.clock()
            return token
        self._make_room()
        if len(self.devices) >= MAX_DEVICES:
            self.refused += 1
            raise Refused(429, "The class is full.")
        if sum(device.address == address for device in self.devices.values()) >= self.per_address:
            self.refused += 1
            raise Refused(
                429,
                f"{self.per_address} devices bet from this network address already. If phones "
                "share one, the lecturer can begin with task.per_address=500.",
            )
        token = secrets.token_urlsafe(16)
        self.devices[token] = _Device(address, self.clock())
        return token

    def bet(self, token: str, number: int, option: int) -> None:
        """Take a bet; a second one of the same device replaces the first.

        Parameters
        ----------
        token
            Of the device.
        number
            Of the round that the phone shows.
        option
            Of the bet, from 0.

        Raises
        ------
        Refused
            An unknown device, too many bets a second, no open question, or no such option.
        """
        device = self.devices.get(token)
        if device is None:
            raise Refused(403, "Please reload the page.")
        now = self.clock()
        device.allowance = min(BURST, device.allowance + RATE * (now - device.refilled))
        device.last_request = device.refilled = now
        if device.allowance < 1:
            raise Refused(429, "Too fast: wait a second.")
        device.allowance -= 1
        if self.stage != OPEN or number != self.round or self.question is None:
            raise Refused(409, "This question is closed.")
        if not 0 <= option < len(self.question.lesson.bet.options):
            raise Refused(400, "There is no such answer.")
        self.bets[token] = option

    def ask(self, question: Question) -> int:
        """Open a question, with no bets; return the number of its round."""
        self.question, self.answer, self.bets, self.bars = question, None, {}, False
        self.round, self.stage = self.round + 1, OPEN
        return self.round

    def show(self) -> None:
        """Close the question: its answer is shown, once it is computed."""
        if self.stage == OPEN:
            self.stage = SHOWN

    def end(self) -> None:
        """Take the question away, and every bet with it."""
        self.question, self.answer, self.bets, self.stage = None, None, {}, WAITING

    def here(self) -> int:
        """Return how many devices have asked in the last seconds."""
        now = self.clock()
        return sum(now - device.last_request < HERE_SECONDS for device in self.devices.values())

    def counts(self) -> list[int]:
        """Return how many bets each option has."""
        options = len(self.question.lesson.bet.options) if self.question else 0
        counts = [0] * options
        for option in self.bets.values():
            counts[option] += 1
        return counts

    def for_phone(self, token: str) -> dict[str, Any]:
        """Return what a phone shows: the question, its own bet, and the answer once it is shown."""
        if token in self.devices:
            self.devices[token].last_request = self.clock()
        state: dict[str, Any] = {"stage": self.stage, "round": self.round, "lang": self.language}
        if self.question is None:
            return state
        lesson, say = self.question.lesson, sayer(self.language)
        state |= {
            "title": say(lesson.title),
            "question": say(lesson.bet.question),
            "options": [say(option) for option in lesson.bet.options],
            "settings": settings_words(lesson, self.question.values, self.language),
            "mine": self.bets.get(token),
            "known": token in self.devices,
            "bets": len(self.bets),
        }
        if self.stage == SHOWN:
            state["counts"] = self.counts()
            if self.answer is not None:
                state |= {key: self.answer[key] for key in ("answers", "sentence")}
        return state

    def for_lecturer(self) -> dict[str, Any]:
        """Return what the presenter's page and the screen show; `figures` has its own request."""
        state = self.for_phone("") | {
            "here": self.here(),
            "refused": self.refused,
            "bars": self.bars,
            "counts": self.counts(),
            "ready": self.answer is not None,
        }
        if self.question is not None:
            state |= {"lesson": self.question.lesson.name, "values": self.question.values}
        if self.answer is not None:
            state |= {key: self.answer[key] for key in ("answers", "sentence")}
        return state

    def _make_room(self) -> None:
        """Forget devices that have left without a bet."""
        now = self.clock()
        for token, device in list(self.devices.items()):
            if token not in self.bets and now - device.last_request > FORGET_SECONDS:
                del self.devices[token]


def settings_words(lesson: Lesson, values: Values, language: str = ENGLISH) -> list[str]:
    """Return the settings of a lesson in words, without the random seed.

    Parameters
    ----------
    lesson
        The lesson.
    values
        Of all its controls.
    language
        Of the words.

    Returns
    -------
    list of str
        "label: value", choices first.
    """
    own, say = {name: name for name in shown_worlds()}, sayer(language)
    picked = [
        f"{say(pick.label)}: {say((own | dict(pick.options))[values[pick.key]])}"
        for pick in lesson.picks
    ]
    return picked + [
        f"{say(dial.label)}: {say(f'{values[dial.key]:g}')}"
        f"{f' {say(dial.unit)}' if dial.unit else ''}"
        for dial in lesson.dials
    ]
