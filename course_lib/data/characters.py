"""Which characters folders and labels are named after: "seven", "A_caps", "4a" or "Sample011"."""

import re

from course_lib.data.dataset import ALPHANUMERIC

WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
CODE = re.compile(r"([0-9a-f]{2})(?:_[0-9a-f]{2})*", re.IGNORECASE)  # 4a; 43_63 in by_merge
SAMPLE = re.compile(r"sample0*(\d+)", re.IGNORECASE)  # of Chars74K, numbered from 1
LOWER = re.compile(r"(?:lower|small)(?:case)?[_ -]?([a-z])|([a-z])[_ -](?:lower|small)(?:case)?")
TITLED = re.compile(r"(?:digit|number|letter|character|char)[_ -]?(.)", re.IGNORECASE)
NUMBERED = re.compile(r"(?:class|label|0)[_ -]?(\d)", re.IGNORECASE)  # class_3, 03
WITH_WORD = re.compile(r"(\d)\W+([a-z]+)")  # torchvision's "7 - seven"
UPPER = re.compile(
    r"(?:upper|caps?|capital)(?:case)?[_ -]?([a-z])|([a-z])[_ -](?:upper|caps?|capital)(?:case)?"
)


def characters_of(names) -> list[str]:
    """Return the character that each name stands for, or the names if that isn't clear for all.

    Args:
        names: such as the names of folders, all different.
    """
    for read in (_read_codes, _read_samples, _read_numbers, _read_words):
        found = read(names)
        if None not in found and len(set(found)) == len(found):
            return found
    return list(names)


def in_usual_order(names) -> list[str]:
    """Return names in the order 0-9, A-Z, a-z, then others; whole numbers by their size."""
    if all(name.isdecimal() for name in names):
        return sorted(names, key=int)
    known = {character: place for place, character in enumerate(ALPHANUMERIC)}
    return sorted(names, key=lambda name: (known.get(name, len(known)), name))


def _read_codes(names):
    """Read hexadecimal ASCII codes, as in NIST's by_class: 30 is 0, 41 is A, 7a is z."""
    matches = [CODE.fullmatch(name) for name in names]
    if not all(matches):
        return [None]
    found = [chr(int(match[1], 16)) for match in matches]
    if not set(found) <= set(ALPHANUMERIC):
        return [None]
    hexadecimal = any(not name.isdecimal() for name in names)
    return found if hexadecimal or "".join(sorted(found)) == "0123456789" else [None]


def _read_samples(names):
    """Read the folders of Chars74K: Sample001 to Sample062 are 0-9, A-Z and a-z."""
    matches = [SAMPLE.fullmatch(name) for name in names]
    numbers = [int(match[1]) for match in matches if match]
    if len(numbers) != len(names) or sorted(numbers) != list(range(1, len(ALPHANUMERIC) + 1)):
        return [None]
    return [ALPHANUMERIC[number - 1] for number in numbers]


def _read_numbers(names):
    """Read class_0 to class_9, or 00 to 09: all ten, or they would be mere numbers of classes."""
    found = [match[1] for name in names if (match := NUMBERED.fullmatch(name))]
    return found if len(found) == len(names) and len(set(found)) == 10 else [None]


def _read_words(names):
    return [_read_word(name) for name in names]


def _read_word(name):
    if len(name) == 1:
        return name
    word = name.lower()
    if word in WORDS:
        return str(WORDS.index(word))
    if match := TITLED.fullmatch(name):
        return match[1] if match[1] in ALPHANUMERIC else None
    if (match := WITH_WORD.fullmatch(word)) and match[2] == WORDS[int(match[1])]:
        return match[1]
    if match := LOWER.fullmatch(word):
        return match[1] or match[2]
    if match := UPPER.fullmatch(word):
        return (match[1] or match[2]).upper()
    return None
