"""Addresses as identities: absolute, of the web, and without what only tells who sent the reader."""

import re
from urllib.parse import urljoin, urlsplit, urlunsplit

LONGEST = 2_000
# Parameters that mail, advertising and analytics software adds. Two lists agree on most of these: Firefox's query
# stripping and the ClearURLs rules.
_TRACKING = re.compile(
    r"(?:utm_\w+|(?:fb|g|y|ys|d|tw|tt)clid|msclkid|gclsrc|gbraid|wbraid|igshid|mc_[ce]id|_openstat|_hs(?:enc|mi)|mkt_tok"
    r"|vero_(?:id|conv)|oly_(?:anon|enc)_id|rb_clickid|s_cid|wickedid|yadclid|ymclid|at_(?:medium|campaign|custom\d|link\w*)"
    r"|ns_(?:mchannel|source|campaign|linkname|fee)|xtor|ftag|ftcamp|traffic_source)(?:=.*)?",
    re.IGNORECASE | re.DOTALL,
)


def without_tracking(address: str) -> str:
    """Return `address` without tracking parameters in query and fragment; all else stays as it is, to the byte."""
    try:
        scheme, host, path, query, fragment = urlsplit(address)
    except ValueError:  # brackets in the host that hold no IPv6 address
        return address
    kept, rest = _kept(query), _kept(fragment)
    return address if (kept, rest) == (query, fragment) else urlunsplit((scheme, host, path, kept, rest))


def _kept(parameters: str) -> str:
    if not parameters:
        return ""
    return "&".join(each for each in parameters.split("&") if not _TRACKING.fullmatch(each))


def web_address(link: str | None, base: str | None) -> str | None:
    """Return `link` absolute and without tracking; None where it is no address of the web, or longer than 2,000."""
    if not link or len(link) > LONGEST:
        return None
    try:
        address = urljoin(base or "", "".join(link.split()))
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc or len(address) > LONGEST:
        return None
    return without_tracking(address)
