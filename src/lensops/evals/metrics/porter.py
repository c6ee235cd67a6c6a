"""Porter's stemmer as ROUGE uses it: words of one stem count as one word.

The algorithm is M. Porter, "An algorithm for suffix stripping", Program 14.3 (1980), with the
changes of NLTK's default mode, which `rouge_score` relies on. It stands here because importing
NLTK takes a second or more of CPU, longer than scoring ten thousand cases; the tests hold it
equal to NLTK's word by word.
"""

from __future__ import annotations

from functools import lru_cache

IRREGULAR = {
    "skies": "sky",
    "sky": "sky",
    "dying": "die",
    "lying": "lie",
    "tying": "tie",
    "news": "news",
    "innings": "inning",
    "inning": "inning",
    "outings": "outing",
    "outing": "outing",
    "cannings": "canning",
    "canning": "canning",
    "howe": "howe",
    "proceed": "proceed",
    "exceed": "exceed",
    "succeed": "succeed",
}

Rules = dict[str, str]


def _rules(forms: str) -> Rules:
    """`ational:ate ness:` as suffixes with what takes their place."""
    return {rule.partition(":")[0]: rule.partition(":")[2] for rule in forms.split()}


# In each list the first suffix that fits decides, whether or not its condition holds.
DOUBLE = _rules(
    "ational:ate tional:tion enci:ence anci:ance izer:ize bli:ble alli:al entli:ent eli:e ousli:ous"
    " ization:ize ation:ate ator:ate alism:al iveness:ive fulness:ful ousness:ous aliti:al"
    " iviti:ive biliti:ble fulli:ful"
)
TRIPLE = _rules("icate:ic ative: alize:al iciti:ic ical:ic ful: ness:")
SINGLE = _rules(
    "al: ance: ence: er: ic: able: ible: ant: ement: ment: ent: ion: ou: ism: ate: iti: ous: ive:"
    " ize:"
)


LAST = frozenset("cdegilmnrstuy")  # the letters at the end of the suffixes


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """The stem of a word of the letters a to z and digits; one or two are their own."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) <= 2 or word[-1] not in LAST:
        return word
    word = _past_and_participle(_plural(word))
    if word.endswith("y") and len(word) > 2 and _shape(word[:-1]).endswith("c"):
        word = word[:-1] + "i"
    return _final_letters(_strip(_replace(_double(word), TRIPLE)))


def _shape(word: str) -> str:
    """`c` for a consonant and `v` for a vowel, letter by letter; y after a consonant is a vowel."""
    shape = ""
    for letter in word:
        vowel = letter in "aeiou" or (letter == "y" and shape.endswith("c"))
        shape += "v" if vowel else "c"
    return shape


def _measure(word: str) -> int:
    """Porter's m: how often a consonant follows a vowel."""
    return _shape(word).count("vc")


def _short(word: str) -> bool:
    """Porter's *o: ends consonant, vowel, consonant but w, x, y; or is one vowel, one consonant."""
    shape = _shape(word)
    return shape == "vc" or (shape.endswith("cvc") and word[-1] not in "wxy")


def _plural(word: str) -> str:
    if word.endswith("ies"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("sses"):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past_and_participle(word: str) -> str:
    if word.endswith("ied"):
        return word[:-1] if len(word) == 4 else word[:-2]
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for suffix in ("ed", "ing"):
        root = word.removesuffix(suffix)
        if root != word and "v" in _shape(root):
            return _restore_e(root)
    return word


def _restore_e(root: str) -> str:
    """A root without -ed or -ing, its last letter put right: hopp -> hop, fil -> file."""
    if root.endswith(("at", "bl", "iz")):
        return root + "e"
    if len(root) > 1 and root[-1] == root[-2] and _shape(root).endswith("c"):
        return root if root[-1] in "lsz" else root[:-1]
    return root + "e" if _measure(root) == 1 and _short(root) else root


def _double(word: str) -> str:
    """Step 2. -alli becomes -al first, and what that leaves is looked at again."""
    if word.endswith("alli") and _measure(word[:-4]) > 0:
        return _double(word[:-2])
    if word.endswith("logi"):  # its l counts with the stem: geologi, though `geo` has no measure
        return word[:-1] if _measure(word[:-3]) > 0 else word
    return _replace(word, DOUBLE)


def _replace(word: str, rules: Rules) -> str:
    suffix = _suffix(word, rules)
    root = word.removesuffix(suffix)
    return root + rules[suffix] if suffix and _measure(root) > 0 else word


def _strip(word: str) -> str:
    suffix = _suffix(word, SINGLE)
    root = word.removesuffix(suffix)
    fits = _measure(root) > 1 and (suffix != "ion" or root[-1] in "st")
    return root if fits else word


def _suffix(word: str, rules: Rules) -> str:
    """The first suffix that a word ends with; empty where it ends with none."""
    if not word.endswith(tuple(rules)):
        return ""
    return next(suffix for suffix in rules if word.endswith(suffix))


def _final_letters(word: str) -> str:
    if word.endswith("e"):
        root = word[:-1]
        measure = _measure(root)
        if measure > 1 or (measure == 1 and not _short(root)):
            word = root
    return word[:-1] if word.endswith("ll") and _measure(word[:-1]) > 1 else word
