"""Words for genders in tables of corpora."""

from collections.abc import Collection

_WORDS = {
    "female": "f fem female w weiblich frau woman v vrouw vrouwelijk femme féminin femenino "
    "mujer femminile donna feminino mulher kobieta ж женский 女 여",
    "male": "m masc male mann männlich man mannelijk homme masculin masculino hombre maschile "
    "uomo homem mężczyzna м мужской 男 남",
}


def guess_genders(values: Collection[str]) -> dict[str, list[str]]:
    """The values that mean female and male, if all do and both occur; else nothing.

    A column of ``m`` and ``h`` means nothing: ``m`` is *mujer* there, and *male* elsewhere.

    >>> guess_genders(["m", "w"])
    {'female': ['w'], 'male': ['m']}
    >>> guess_genders(["m", "h"]), guess_genders(["F"])
    ({}, {})
    """
    found = {
        gender: sorted(value for value in values if value.lower() in words.split())
        for gender, words in _WORDS.items()
    }
    complete = sum(map(len, found.values())) == len(values)
    return found if complete and all(found.values()) else {}
