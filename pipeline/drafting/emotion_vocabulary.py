"""Words for emotions in the languages of corpora, to recognise labels by."""

import unicodedata
from collections import Counter
from functools import cache

from pipeline.specs.emotion_scheme import emotion_scheme
from pipeline.specs.loader import load_specs

_WORDS = {
    "anger": (
        "angry anger mad rage wut wütend wuetend ärger aerger ärgerlich zorn zornig colère fâché "
        "ira enojo enojado enfado enfadado rabia rabbia arrabbiato raiva zangado boos boosheid "
        "woede kwaad arg ilska vrede vred sint sinne złość gniew hněv vztek öfke kızgın viha düh "
        "гнев злость"
    ),
    "happiness": (
        "happy happiness joy joyful freude fröhlich froehlich glücklich gluecklich joie joyeux "
        "heureux alegría alegre feliz felicidad gioia felice felicità felicidade blij blijdschap "
        "vreugde vrolijk glad glädje glæde glede radość radosny radost mutlu mutluluk neşe ilo "
        "öröm радость"
    ),
    "sadness": (
        "sad sadness sorrow traurig traurigkeit trauer triste tristesse tristeza tristezza "
        "verdrietig verdriet droevig droefheid bedroefd ledsen sorg trist smutek smutny smutný "
        "üzgün üzüntü suru szomorú грусть печаль"
    ),
    "fear": (
        "fear fearful afraid scared angst ängstlich aengstlich furcht peur miedo paura medo bang "
        "angstig rädd rädsla bange frygt frykt redd strach korku pelko félelem страх"
    ),
    "disgust": (
        "disgust disgusted ekel dégoût asco disgusto nojo walging afkeer avsky afsky äckel wstręt "
        "odraza znechucení iğrenme tiksinti inho undor отвращение"
    ),
    "surprise": (
        "surprise surprised überraschung ueberraschung überrascht surpris sorpresa sorpreso "
        "surpresa verrassing verrast verbaasd förvåning överraskning overraskelse zdziwienie "
        "zaskoczenie překvapení şaşkın yllätys meglepetés удивление"
    ),
    "neutral": (
        "neutral neutrality normal neutre neutro neutrale neutraal neutralny neutrální nötr "
        "neutraali semleges нейтральный"
    ),
    "boredom": (
        "bored boredom langeweile gelangweilt ennui aburrimiento noia tédio verveling verveeld"
    ),
    "excitement": "excited excitement",
    "frustration": "frustrated frustration",
    "anxiety": "worried",
    "amusement": "amused",
    "sleepiness": "sleepy",
    "intoxicated": "drunk",
    "calm": "ruhig calme calma kalm rustig lugn rolig",
}  # fmt: skip

_SHORTEST = 3
"""Letters of an abbreviation; shorter ones mean anything."""


def guess_category(code: str) -> str | None:
    """The shared category that a code seems to mean, or None.

    A code is known if it is a category, a word for one, a code or a meaning that the shipped
    corpora map to one, or the beginning of words for one category only. Case and accents do not
    count.

    >>> guess_category("Neutraal"), guess_category("hap"), guess_category("anna")
    ('neutral', 'happiness', None)
    """
    word = _fold(code)
    if word in _categories():
        return _categories()[word]
    begun = {c for known, c in _words().items() if known.startswith(word)}
    return begun.pop() if len(word) >= _SHORTEST and len(begun) == 1 else None


@cache
def _words() -> dict[str, str]:
    named = {_fold(word): category for category, line in _WORDS.items() for word in line.split()}
    return {category: category for category in emotion_scheme().emotions} | named


@cache
def _categories() -> dict[str, str]:
    """Every known word; of a code that corpora use differently, what most of them mean by it."""
    mapped: dict[str, Counter[str]] = {}
    for spec in load_specs():
        for code, category in spec.emotions.items():
            for word in {_fold(code), _fold(spec.meanings.get(code, ""))}:
                if len(word) >= _SHORTEST and word.isalpha():
                    mapped.setdefault(word, Counter())[category] += 1
    best = {word: counts.most_common(2) for word, counts in mapped.items()}
    clear = {word: c[0][0] for word, c in best.items() if len(c) == 1 or c[0][1] > c[1][1]}
    return clear | _words()


def _fold(word: str) -> str:
    """A word in small letters without accents."""
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
