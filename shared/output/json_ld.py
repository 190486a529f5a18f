"""A story as schema.org NewsArticle, for search engines."""

from datetime import datetime
from typing import Any


def news_article(
    *, url: str, headline: str, language: str, byline: list[str], published: datetime, updated: datetime, publisher: str
) -> dict[str, Any]:
    """The JSON-LD object (https://schema.org/NewsArticle); times carry their offset, authors are taken as people."""
    return {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": url,
        "headline": headline[:110],  # the longest that search engines show
        "inLanguage": language,
        "datePublished": published.isoformat(),
        "dateModified": updated.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in byline]
        or [{"@type": "Organization", "name": publisher}],
        "publisher": {"@type": "NewsMediaOrganization", "name": publisher},
    }
