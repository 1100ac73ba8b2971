"""Currencies in which money can be taken: how their amounts are counted, and the least of each.

Amounts are whole numbers of what a currency is counted in (docs.stripe.com/currencies): of cents, of yen, of fils.
"""

_KNOWN = """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bhd bif bmd bnd bob brl bsd bwp bzd cad cdf chf clp cny cop crc
    cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk jmd jod jpy
    kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio
    nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs
    tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw
"""
CURRENCIES = frozenset(_KNOWN.split())
_COUNTED_WHOLE = """
    bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf
"""
_WHOLE = frozenset(_COUNTED_WHOLE.split())
_THOUSANDTHS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
_NO_FRACTIONS = frozenset({"isk", "ugx"})
"""Counted in hundredths, of which none are ever paid: 5 krónur are 500."""
_LEAST = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1_500, "dkk": 250, "eur": 50, "gbp": 30,
    "hkd": 400, "huf": 17_500, "inr": 50, "jpy": 50, "mxn": 1_000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200,
    "ron": 200, "sek": 300, "sgd": 50, "thb": 1_000, "usd": 50,
}  # fmt: skip
MOST = 99_999_999


def digits(currency: str) -> int:
    """How many digits of an amount stand behind the point."""
    if currency in _WHOLE:
        return 0
    return 3 if currency in _THOUSANDTHS else 2


def shown_digits(currency: str) -> int:
    """How many of them people write."""
    return 0 if currency in _NO_FRACTIONS else digits(currency)


def step(currency: str) -> int:
    """What every amount is a multiple of."""
    if currency in _NO_FRACTIONS:
        return 100
    return 10 if currency in _THOUSANDTHS else 1


def least(currency: str) -> int:
    """The smallest amount that is taken. Where none is published it is what every currency's is about worth."""
    return _LEAST.get(currency, max(50, step(currency)))
