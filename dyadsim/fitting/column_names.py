"""What the name of a column, or the word for a wave, usually stands for, in English and German.

These are proposals for a person to check, in `dyadsim describe`; nothing else reads them.
"""

import re

_NUMBER = r"(?: ?(?:id|nr|no|num|number|nummer|code|chiffre|key|name|initials))?"
_PERSON = (
    r"(?:client|klient|patient|pat|subject|subj|participant|proband|teilnehmer|person|case|fall"
    r"|respondent|vp|vpn|tn)(?: ?(?:s|en|in|innen))?"
)
_SUM = r"(?: ?(?:score|total|tot|sum|summe|summenwert|gesamt|gesamtwert|ges|wert|punkte))?"
NAMES: dict[str, tuple[str, ...]] = {  # role -> patterns, the most telling first
    "client": (
        rf"(?:study |studien )?{_PERSON}{_NUMBER}",
        r"(?:id|code|chiffre|pid|cid|uid|record id|study id|idnr|token)"
        r"(?: (?:nr|code|client|patient))?",
    ),
    "time": (
        r"(?:session|sitzung|week|woche|wk|day|tag|month|monat|visit|wave|welle)s?"
        r"(?: ?(?:nr|no|num|number|nummer))?",
        r"(?:time|zeit|zeitpunkt|messzeitpunkt|mzp|occasion|assessment|timepoint|time point)",
        r"(?:date ?time|time ?stamp|zeitstempel)",
        r"(?:visit |session |assessment |mess|sitzungs)?(?:date|datum)"
        r"(?: (?:of|der) (?:visit|session|assessment|messung|sitzung|erhebung|testung))?",
    ),
    "score": (
        rf"(?:score|total|sum|summe|summenwert|gesamt|gesamtwert|punkte|outcome){_SUM}",
        rf"(?:total|sum|raw) score|score (?:total|sum){_SUM}",
    ),
    "arm": (
        r"(?:study |trial |treatment )?(?:arm|group|condition)|studienarm|gruppe|bedingung",
        r"treatment|treat|trt|tx|intervention|allocation|allokation|behandlung(?:sgruppe)?",
        r"randomi[sz](?:ed|ation)(?: to| group| arm)?|therapy|therapie|randomisierung|zuteilung",
        r"(?:is )?(?:treated|experimental|active|assigned|assignment)(?: group| arm| condition)?",
    ),
    "therapist": (
        rf"(?:therapist|therapeut|clinician|counsell?or|provider|behandler|psychologist)"
        rf"(?: ?(?:s|en|in|innen))?{_NUMBER}",
    ),
    "alliance": (
        r"(?:therapeutic |working )?(?:alliance|allianz)(?: (?:score|total|sum|client|patient))?",
        rf"(?:wai|haq|srs|calpas)(?: ?(?:sr|s|ii|c|p))?{_SUM}",
    ),
}
INSTRUMENTS = {  # of those that dyadsim knows -> how its column may be called, number of items
    "phq9": (rf"phq(?: ?9)?{_SUM}", 9),
    "bdi2": (rf"bdi(?: ?(?:2|ii))?{_SUM}", 21),
    "oq45": (rf"oq(?: ?45)?{_SUM}", 45),
    "core_om": (rf"core(?: ?(?:om|34))?{_SUM}", 34),
    "gad7": (rf"gad(?: ?7)?{_SUM}", 7),
}
_UNITS = {  # unit of time -> words of it
    "session": r"sessions?|sitzung(?:en)?|sess|s",
    "week": r"weeks?|wochen?|wks?|w",
    "day": r"days?|tage?|d",
    "month": r"months?|monate?|mos?|m",
}
_START = r"pre|pra|prae|baseline|base|bl|intake|screening|aufnahme|vorher|before|start"
_PLACES = str.maketrans("äöüß", "aous")


def plain_name(name: str) -> str:
    """Return a name in small letters with blanks between its words.

    Examples
    --------
    >>> plain_name("Patienten-ID"), plain_name("sessionNr"), plain_name("BDI_II (Summe)")
    ('patienten id', 'session nr', 'bdi ii summe')
    """
    apart = re.sub(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])", " ", name)
    return re.sub(r"[\W_]+", " ", apart).strip().lower()


def instrument_of(name: str) -> str | None:
    """Return the known questionnaire that a name stands for.

    Examples
    --------
    >>> instrument_of("PHQ-9 total"), instrument_of("CORE-10")
    ('phq9', None)
    """
    plain = plain_name(name)
    known = (key for key, (form, _) in INSTRUMENTS.items() if re.fullmatch(form, plain))
    return next(known, None)


def unit_of(name: str) -> str | None:
    """Return the unit of time that a column's name says.

    Examples
    --------
    >>> unit_of("Woche"), unit_of("session_no"), unit_of("wave")
    ('week', 'session', None)
    """
    first = plain_name(name).split(" ")[0]
    return next((unit for unit, form in _UNITS.items() if re.fullmatch(form, first)), None)


def time_of_word(word: str) -> tuple[float, str | None] | None:
    """Return the time that a word for a wave says, and its unit; None: it does not say one.

    Examples
    --------
    >>> time_of_word("pre"), time_of_word("8m"), time_of_word("Woche 12"), time_of_word("post")
    ((0.0, None), (8.0, 'month'), (12.0, 'week'), None)
    """
    plain = plain_name(word).translate(_PLACES)
    if re.fullmatch(_START, plain):
        return 0.0, None
    for unit, form in _UNITS.items():
        for order in (rf"(?P<n>\d+) ?(?:{form})", rf"(?:{form}) ?(?P<n>\d+)"):
            match = re.fullmatch(order, plain)
            if match:
                return float(match["n"]), unit
    return None
