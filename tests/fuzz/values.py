"""Values for a setting: right ones, ones of the wrong kind, out of range, and absurd ones."""

import random

WRONG_KIND = (
    "abc",
    "null",
    "true",
    "false",
    "maybe",
    "[a]",
    "[]",
    "[1,2]",
    "[null]",
    "[[a],[b]]",
    "{}",
    "{a:1}",
    "{a:{b:[1]}}",
    "1.5",
    "12.0",
    "-0.0",
    "''",
    '"5"',
    "2024-13-45",
    "yes",
    "",
    "[true]",
    "[1.5,nan]",
)
OUT_OF_RANGE = ("-1", "0", "1e9", "1e300", "-1e308", "2147483648", "1000000000", "1e-320", "-7")
ABSURD = (
    "nan",
    "inf",
    "-inf",
    "[nan]",
    "[inf]",
    "9" * 400,
    "9" * 5000,
    "a" * 300,
    "x/" * 3000,
    "${oops}",
    "${seed}",
    "${oc.env:NOT_THERE}",
    "[" * 300,
    "[" * 300 + "]" * 300,
    "{a:" * 200 + "1" + "}" * 200,
    "é∑☃",
    "../../out",
    "/dev/zero",
    "/dev/null/x",
    "range(0,1,0)",
    "range(1,0,0.1)",
    "range(0,1e9)",
    "range(3)",
    "glob(*)",
    "a,b",
    "1,1",
    "1,2,3",
    "interval(0,1)",
    "interval(1,0)",
    "interval(0,inf)",
    "tag(log,interval(0,1))",
    "choice(1,2)",
    "choice()",
    "shuffle(1,2)",
    "int(abc)",
    "int(1e400)",
    "{a:1,a:2}",
    "[a,a]",
    "!!python/object:os.system",
    "%s%n{0}",
    "'",
    '"',
    "\\",
    "\x00",
    "\x1b[31mred",
    "a=b=c",
    "=",
    "???",
    "~",
    "-m",
    ".",
    "..",
    " ",
    "\n",
    "0x10",
    "1_000",
    "1e",
    "None",
    "\u202e",
)


def right_values(default: object) -> tuple[str, ...]:
    """Return values of a default's own kind, small ones."""
    if isinstance(default, bool):
        return ("true", "false")
    if isinstance(default, int):
        return ("1", "2", "7", "12", "200")
    if isinstance(default, float):
        return ("0.1", "0.5", "1", "2.5")
    if isinstance(default, list | tuple):
        return ("[]", "[1]", "[cbt,waitlist]", "[gain]", "[26,52]")
    if isinstance(default, dict):
        return ("{client:id}", "{}", "{time:week,score:bdi}")
    return ("cbt", "hybrid", "null", "fixed", "alliance", "phq9", "0.5", "3", "refuse", "cohort")


def random_value(rng: random.Random, default: object) -> str:
    """Return a value: right in four of ten cases."""
    pool = rng.choices((right_values(default), WRONG_KIND, OUT_OF_RANGE, ABSURD), (4, 2.5, 1.5, 2))[
        0
    ]
    return rng.choice(pool)
