"""HTML from outside becomes HTML that is safe to show and keeps what editors mean."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from urllib.parse import quote

import nh3

from shared.errors import Unprocessable

DEEPEST = 512
MOST = 20_000  # tags
MOST_ESCAPED = 20_000  # "&" and no-break spaces in a megabyte; twice as many in half of one
WIDEST = 500  # attributes of one tag
_TAGS = set(
    "a abbr b bdi bdo blockquote br caption cite code dd del details dfn div dl dt em figcaption figure h2 h3 h4 h5 h6"
    " hr i img ins kbd li mark ol p pre q rp rt ruby s samp small strong sub summary sup table tbody td tfoot th thead"
    " time tr u ul var wbr".split()
)
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"},
    "a": {"href", "rel"},
    "blockquote": {"cite"},
    "del": {"cite", "datetime"},
    "img": {"src", "alt", "width", "height"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"reversed", "start", "type"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
_DROPPED = set("noembed noframes script style template textarea title".split())  # with what they hold
# The same meaning under a name that is kept. A page's first-level heading is the headline, so a body's is a
# second-level one. Blocks stay blocks, or the last word of one would run into the first of the next.
_RENAMED = {"acronym": "abbr", "dir": "ul", "h1": "h2", "menu": "ul", "strike": "s", "tt": "code"} | dict.fromkeys(
    "address article aside center fieldset footer form header hgroup main nav section".split(), "div"
)
_PLAYERS = set("audio iframe source video".split())
_KEPT_RELS = set("nofollow sponsored ugc".split())
_VOID = set(
    "area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr".split()
)
_FLAT = _VOID | set("p li dt dd tr td th thead tbody tfoot option".split())
_BLOCKS = set("p li h1 h2 h3 h4 h5 h6 blockquote figcaption dt dd tr pre div caption summary".split())
# Every other name is taken as a <span>: nh3 drops one that SVG or MathML has too (<text>, <list>, <line>) with all that
# it holds, and takes what a <noscript> holds as text, mostly a picture. desc and metadata are a drawing's: they may go.
_KNOWN = _TAGS.union(
    _PLAYERS,
    _DROPPED,
    _VOID,
    "big body button colgroup desc font frameset head html image metadata nobr optgroup option select".split(),
)

_START = re.compile(r"</?[a-zA-Z]")
_ESCAPED = re.compile(r"&(?!lt;|gt;|quot;)|\xa0")
# One tag as HTML reads it (WHATWG HTML, 13.2.5.6 to 13.2.5.40), if it has at most WIDEST attributes.
_WHOLE = re.compile(
    r"""</?[a-zA-Z] [^\t\n\f\r\ />]*+
    (?: [\t\n\f\r\ /]*+ [^\t\n\f\r\ />] [^\t\n\f\r\ />=]*+
        (?: [\t\n\f\r\ ]*+ = [\t\n\f\r\ ]*+ (?: "[^"]*+ (?:"|\Z) | '[^']*+ (?:'|\Z) | [^\t\n\f\r\ >]*+ ) )?+
    ){0,WIDEST}+
    [\t\n\f\r\ /]*+ (?:>|\Z)""".replace("WIDEST", str(WIDEST)),
    re.VERBOSE,
)
# Formatting that is left open goes on in every following block, up to three times for equal tags and without an end for
# unequal ones: 45 KB became a gigabyte. So the attributes of these, which say little, are taken off before.
_UNEQUAL = re.compile(r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)[\s/][^>]*(?:>|\Z)", re.IGNORECASE)
_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
# In what nh3 has written "<" and ">" stand around tags and nowhere else, but for what a frame holds.
_FRAME = re.compile(r"(<iframe[^<>]*>).*?</iframe>", re.DOTALL)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>")
_URL = re.compile(r' (href|src|cite)="([^"]*)"')
# Browsers take the former out of a URL; some took out the latter, and found a scheme.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_INVISIBLE = re.compile(r"[\x20\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff0-\uffff]")
_PIXEL = re.compile(r' (?:width|height)="[01](?:px)?"')


def clean(html: str) -> str:
    """Allow-listed HTML; cleaning it again changes nothing.

    A first-level heading becomes a second-level one. Every link says `rel="noopener"`, beside what an editor said of
    nofollow, sponsored and ugc. A frame, video or audio becomes a link to it, a picture without an address of its own
    the words that describe it; pictures of one pixel go.

    Raises Unprocessable over 20,000 tags, 512 levels or 500 attributes in one tag, before the parser sees any of it or
    when it turns out so.
    """
    html = html.encode(errors="replace").decode()  # lone surrogates have no bytes
    _bounded(html, _FLAT)
    html = _parsed(_NAME.sub(_as_known, _UNEQUAL.sub(r"<\1>", html)), _TAGS | _PLAYERS)
    # Now every level has its end and can be counted; and formatting that was left open stands in every block.
    _bounded(html, _VOID)
    # The last word is the parser's: whatever was changed in between is judged as if it had come so.
    html = _parsed(_TAG.sub(_as_meant, _FRAME.sub(r"\1", html)), _TAGS)
    _bounded(html, _VOID)  # what is stored will be saved again
    return html


def _parsed(html: str, tags: Iterable[str]) -> str:
    players = {name: {"src", "title"} for name in _PLAYERS}
    return nh3.clean(
        html,
        tags=set(tags),
        attributes=_ATTRIBUTES | players,
        clean_content_tags=_DROPPED,
        link_rel=None,  # by _as_meant
        url_schemes={"http", "https", "mailto", "tel"},
    )


def _as_known(tag: re.Match[str]) -> str:
    slash, name = tag.groups()
    name = name.lower()
    return f"<{slash}{_RENAMED.get(name, name if name in _KNOWN else 'span')}"


def _as_meant(tag: re.Match[str]) -> str:
    """One tag of nh3's output, as a newspaper wants it."""
    slash, name, attributes = tag.groups()
    if slash:
        return tag[0]
    attributes = _URL.sub(_plain_url, attributes)
    if name in _PLAYERS:
        address = _value(attributes, "src")
        return f'<a href="{address}" rel="noopener">{_value(attributes, "title") or address}</a>' if address else ""
    if name == "img" and (_PIXEL.search(attributes) or not _value(attributes, "src")):
        return "" if _PIXEL.search(attributes) else _value(attributes, "alt")
    if name == "a" and _value(attributes, "href"):
        # A newspaper answers for its links: search engines may follow them and sites see where their readers come from.
        said = _KEPT_RELS & set(_value(attributes, "rel").lower().split())
        attributes = re.sub(r' rel="[^"]*"', "", attributes)
        attributes += f' rel="{" ".join(["noopener", *sorted(said)])}"'
    return f"<{name}{attributes}>"


def _plain_url(attribute: re.Match[str]) -> str:
    name, url = attribute.groups()
    url = _CONTROLS.sub("", url.replace("&nbsp;", "\xa0")).strip(" ")
    url = _INVISIBLE.sub(lambda found: quote(found[0]), url)
    if name == "cite" and not url.lower().startswith(("http://", "https://")):  # nh3 judges href and src only
        return ""
    return f' {name}="{url}"'


def _value(attributes: str, name: str) -> str:
    found = re.search(rf' {name}="([^"]*)"', attributes)
    return found[1].strip() if found else ""


def _bounded(html: str, flat: set[str]) -> None:
    # Parsing takes tags times depth, and only a parser knows the depth: comments, attributes and tags that HTML moves
    # about deceive a count of levels. So the number of tags bounds the work, and the depth is an early, rough answer.
    # Writing looks through the rest of a text for each "&" and no-break space. Parsing compares each attribute of a tag
    # with each: every place where a tag could start is looked at, also within others.
    starts = [match.start() for match in _START.finditer(html)]
    if len(starts) > MOST:
        raise Unprocessable.at("/body_html", f"has more than {MOST} tags")
    if _depth(html, flat) > DEEPEST:
        raise Unprocessable.at("/body_html", f"tags are nested more than {DEEPEST} deep")
    if sum(1 for _ in _ESCAPED.finditer(html)) * len(html.encode()) > MOST_ESCAPED * 1_000_000:
        raise Unprocessable.at("/body_html", "has too many character references for its length")
    looked_at = 0
    for start in starts:
        tag = _WHOLE.match(html, start)
        if not tag:
            raise Unprocessable.at("/body_html", f"has a tag with more than {WIDEST} attributes")
        looked_at += tag.end() - start
        if looked_at > 8 * len(html) + MOST:
            raise Unprocessable.at("/body_html", "has tags within tags")


def _depth(html: str, flat: set[str]) -> int:
    # One linear pass: opening tags less closing ones. Void elements do not nest, and those that HTML closes by itself
    # (<p>, <li>, table parts) nest only through others that are counted.
    deepest = depth = 0
    for closing, name in re.findall(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)", html):
        if name.lower() in flat:
            continue
        depth = max(0, depth - 1) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # the signature is HTMLParser's
        if tag == "br":
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.parts.append("\n\n")
        elif tag in {"td", "th"}:
            self.parts.append("\t")


def text(html: str) -> str:
    """The words of clean HTML, blocks separated by a blank line, cells of a table by a tab."""
    parser = _Text()
    parser.feed(html)
    parser.close()
    return re.sub(r"\t*\n{2,}", "\n\n", "".join(parser.parts)).strip()
