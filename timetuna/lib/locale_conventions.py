"""How a reader's region writes a time of day, and on which weekday its calendars begin.

From CLDR (supplemental timeData, weekData and likelySubtags, as ICU 78 has them). Regions that are not named write
24 hours and begin weeks on Monday, as most of the world does.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

MONDAY, FRIDAY, SATURDAY, SUNDAY = 0, 4, 5, 6
_TWELVE_HOURS = """
    AE AG AL AR AS AU BB BD BH BM BN BO BS BT CA CL CO CR CU CY DJ DM DO DZ EC EG EH ER ET FJ FM GD GH GM GR GT GU
    GY HK HN IN IQ JM JO KH KI KN KP KR KW KY LB LC LR LS LY MH MO MP MR MW MX MY NA NH NI NZ OM PA PE PG PH PK PR
    PS PW PY QA SA SB SD SG SL SO SS SV SY SZ TC TD TN TO TT TW UM US UY VC VE VG VI VU WS YD YE ZM
"""
_SUNDAY_FIRST = """
    AG AS BD BR BS BT BU BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA
    PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YD YE ZA ZW
"""
_SATURDAY_FIRST = "AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY"
_FRIDAY_FIRST = "MV"
_LIKELY = """
    af-ZA am-ET ar-EG as-IN bn-BD dv-MV dz-BT el-GR en-US fa-IR fil-PH gu-IN he-IL hi-IN id-ID is-IS iw-IL ja-JP
    jv-ID km-KH kn-IN ko-KR lo-LA mi-NZ ml-IN mr-IN ms-MY mt-MT my-MM ne-NP nr-ZA om-ET or-IN pa-IN ps-AF pt-BR
    sa-IN sd-PK sm-WS sn-ZW so-SO sq-AL ss-ZA st-ZA su-ID ta-IN te-IN th-TH ti-ET tl-PH tn-ZA to-TO ts-ZA ur-PK
    ve-ZA xh-ZA zu-ZA
"""
TWELVE_HOURS = frozenset(_TWELVE_HOURS.split())
FIRST_WEEKDAY = {
    **dict.fromkeys(_SUNDAY_FIRST.split(), SUNDAY),
    **dict.fromkeys(_SATURDAY_FIRST.split(), SATURDAY),
    **dict.fromkeys(_FRIDAY_FIRST.split(), FRIDAY),
}
LIKELY_REGION = dict(pair.split("-") for pair in _LIKELY.split())
"""The region that is meant by a language alone, where it is in one of the tables above."""
_TAG = re.compile(r"([a-zA-Z]{2,3})(?:-[a-zA-Z]{4})?(?:-([a-zA-Z]{2})(?![a-zA-Z0-9]))?")
_QUALITY = re.compile(r"q\s*=\s*([01](?:\.\d{0,3})?)")
_LONGEST_HEADER = 500


@dataclass(frozen=True, slots=True)
class Customs:
    """`twelve_hours`: "2:00 pm" rather than "14:00". `first_weekday`: 0 for Monday to 6 for Sunday."""

    twelve_hours: bool = False
    first_weekday: int = MONDAY


PLAIN = Customs()


@lru_cache(maxsize=1_000)
def customs_of(accept_language: str) -> Customs:
    """Return the customs of the language an `Accept-Language` header (RFC 9110, 12.5.4) likes best."""
    language, region = _favourite(accept_language[:_LONGEST_HEADER])
    region = region or LIKELY_REGION.get(language, "")
    # French Canada writes 14 h 30, as CLDR says of the language in this region.
    twelve = region in TWELVE_HOURS and (language, region) != ("fr", "CA")
    return Customs(twelve, FIRST_WEEKDAY.get(region, MONDAY))


def _favourite(header: str) -> tuple[str, str]:
    best, best_quality = ("", ""), 0.0
    for part in header.split(","):
        tag, _, options = part.strip().partition(";")
        found, quality = _TAG.match(tag), _QUALITY.search(options)
        weight = float(quality[1]) if quality else 1.0
        if found and weight > best_quality:
            best, best_quality = (found[1].lower(), (found[2] or "").upper()), weight
    return best
