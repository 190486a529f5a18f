"""The OpenAPI document, as a file of the layer and as a page."""

from pathlib import Path

from aws_lambda_powertools.event_handler import Response

_DOCUMENT = Path(__file__).with_name("openapi.json")
_HEADERS = {"Cache-Control": "public, max-age=3600"}


def document() -> Response[str]:
    """The document that `python -m local.generated` makes from the routes."""
    return Response(200, "application/json", _DOCUMENT.read_text("utf-8"), headers=_HEADERS)


def page() -> Response[str]:
    """The document in Swagger UI, everything inline: the page asks no other host for anything."""
    # Here, since only this page needs it: it is an eighth of the function's start.
    from aws_lambda_powertools.event_handler.openapi import swagger_ui  # noqa: PLC0415

    ui = Path(swagger_ui.__file__).parent
    html = swagger_ui.generate_swagger_html(
        spec=_DOCUMENT.read_text("utf-8"),
        swagger_js=(ui / "swagger-ui-bundle.min.js").read_text("utf-8"),
        swagger_css=(ui / "swagger-ui.min.css").read_text("utf-8"),
        swagger_base_url="",
        oauth2_config=None,
    )
    # The page links to where Powertools would serve the document.
    html = html.replace('currentUrl.pathname + "?format=json"', '"openapi.json"')
    return Response(200, "text/html; charset=utf-8", html, headers=_HEADERS)
