"""Addresses in a page: absolute, and without what only tracks readers."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

_LONGEST = 2_000
_TRACKING = re.compile(
    r"utm_\w+|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|yclid|ysclid|_openstat|msclkid|twclid|ttclid|igshid|mc_[ce]id"
    r"|mkt_tok"
    r"|_hs(?:enc|mi)|vero_id|wickedid|oly_(?:anon|enc)_id|s_cid|icid|ncid|cmpid|cmp|ocid|ref_?src|ref_url|spm|xtor"
    r"|at_\w+"
    r"|__twitter_impression|share_?from|social_?share",
    re.IGNORECASE,
)


def absolute(address: str | None, base: str | None) -> str | None:
    """Return the http(s) address that `address` means on a page at `base`; None for any other, and for a broken one."""
    if not address or len(address) > _LONGEST:
        return None
    try:
        joined = urljoin(base or "", address.strip())
        parts = urlsplit(joined)
        host = parts.hostname
    except ValueError:  # [ in a host, and the like
        return None
    if parts.scheme not in {"http", "https"} or not host or any(map(str.isspace, joined)):
        return None
    return joined


def identity(address: str) -> str:
    """Return an absolute address without its fragment and its tracking parameters, its host in small letters."""
    parts = urlsplit(address)
    query = parts.query
    if any(_TRACKING.fullmatch(each.partition("=")[0]) for each in query.split("&")):
        kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if not _TRACKING.fullmatch(pair[0])]
        query = urlencode(kept)
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", query, ""))


def is_home(address: str) -> bool:
    """Whether an address is that of a whole site, which names no story."""
    parts = urlsplit(address)
    return parts.path.strip("/").lower() in {"", "index.php", "index.html", "home"} and not parts.query
