"""File names of complete releases, as archives and repositories hold them; every file is empty.

Counts, spellings and oddities are those that readmes, listings and public trackers tell. Where the
single names are not public, names of the same form fill the published count of every class.
"""

from collections.abc import Callable, Mapping

from tests.support.releases import by_name, of_emobox, with_tables
from tests.support.releases.release import Release

RELEASES: Mapping[str, Callable[[], Release]] = {
    "aesdd": of_emobox.aesdd,
    "ased": of_emobox.ased,
    "cafe": lambda: of_emobox.cafe(48_000),
    "cafe, both rates": lambda: of_emobox.cafe(192_000),
    "casia": lambda: by_name.casia(larger=False),
    "casia, the whole corpus": lambda: by_name.casia(larger=True),
    "crema_d": lambda: with_tables.crema_d(misnamed=False),
    "crema_d, an old clone": lambda: with_tables.crema_d(misnamed=True),
    "demos": by_name.demos,
    "emo_db": with_tables.emo_db_first,
    "emo_db, release 2.0": with_tables.emo_db_second,
    "emns": lambda: of_emobox.emns(raw=False),
    "emns, with raw recordings": lambda: of_emobox.emns(raw=True),
    "emofilm": by_name.emofilm,
    "emotiw_2014": lambda: by_name.emotiw(578, ""),
    "emotiw_2014, release of 2017": lambda: by_name.emotiw(773, "_AFEW"),
    "emov_db": lambda: of_emobox.emov_db(is_sorted=False),
    "emov_db, sorted": lambda: of_emobox.emov_db(is_sorted=True),
    "emovo": by_name.emovo,
    "emozionalmente": lambda: of_emobox.emozionalmente(parts=False),
    "emozionalmente, version 1.1": lambda: of_emobox.emozionalmente(parts=True),
    "enterface05": by_name.enterface05,
    "esd": lambda: with_tables.esd(nested=False),
    "esd, the older layout": lambda: with_tables.esd(nested=True),
    "eu_emoss": by_name.eu_videos,
    "eu_ev": by_name.eu_voices,
    "fau_aibo": with_tables.fau_aibo,
    "gemep": by_name.gemep,
    "iemocap": with_tables.iemocap,
    "jl_corpus": of_emobox.jl_corpus,
    "mead": of_emobox.mead,
    "meld": with_tables.meld,
    "mesd": by_name.mesd,
    "nemo": with_tables.nemo,
    "oreau": lambda: of_emobox.oreau(both=False),
    "oreau, both versions": lambda: of_emobox.oreau(both=True),
    "polish_ser": of_emobox.polish_ser,
    "ravdess": lambda: by_name.ravdess(mirror=False),
    "ravdess, the mirror": lambda: by_name.ravdess(mirror=True),
    "savee": lambda: by_name.savee(mirror=False),
    "savee, the mirror": lambda: by_name.savee(mirror=True),
    "shemo": with_tables.shemo,
    "smartkom": with_tables.smartkom,
    "subesco": by_name.subesco,
    "susas": by_name.susas,
    "tess": lambda: by_name.tess(mirror=False),
    "tess, the mirror": lambda: by_name.tess(mirror=True),
    "turev": by_name.turev,
    "urdu": by_name.urdu,
}
"""Corpus, and the release where there are several → what it holds."""
