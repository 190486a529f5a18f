"""The page of a story's states and of what can be done in each, generated from the rules that the desk follows."""

from pathlib import Path

from shared.article import LIFE, PUBLIC, Action, Rule, Status

PAGE = Path("docs") / "life.md"

_READERS = {
    Status.PUBLISHED: "200",
    Status.CORRECTED: "200, with its corrections",
    Status.WITHDRAWN: "410 with the public note",
    Status.KILLED: "410 with the public note",
    Status.GONE: "410",
    Status.REDIRECT: "301 to where it points",
    Status.SUBSTITUTED: "301 to the story in its place",
}


def files() -> dict[Path, str]:
    """Path (from the project's root) → content of the generated page."""
    return {PAGE: _page()}


def _page() -> str:
    actions = [_row(action, rule) for action, rule in LIFE.items()]
    states = [f"| {status} | {_READERS.get(status, '404')} | {_possible(status)} |" for status in Status]
    return "\n".join(
        [
            "# The life of a story",
            "",
            "Made from `shared/article.py` by `python -m local.generated`. A change is one transition, one transaction",
            "and one event; it counts the version up by one, which is the ETag and the event's sequence at once.",
            "",
            "| action | from | to | event | who |",
            "|---|---|---|---|---|",
            *actions,
            "",
            "A revision of a story that readers see is announced as `article.updated`, or as `article.slug.changed`",
            "when its address moved; the old address answers 301. The end of an embargo is two transitions at once:",
            "`article.embargo.lifted`, then `article.published`. A story with corrections comes back as corrected.",
            "",
            "| state | what readers get | what can be done |",
            "|---|---|---|",
            *states,
            "",
        ]
    )


def _row(action: Action, rule: Rule) -> str:
    sources = ", ".join(sorted(rule.sources))
    return f"| {action.value} | {sources} | {_target(action, rule)} | `{rule.event}` | {_who(rule)} |"


def _possible(status: Status) -> str:
    return ", ".join(action.value for action, rule in LIFE.items() if status in rule.sources) or "–"


def _target(action: Action, rule: Rule) -> str:
    if action is Action.REMOVE:
        return "withdrawn, redirect, gone, vanished or substituted, as asked"
    if action is Action.CORRECT:
        return f"corrected, when it was {' or '.join(sorted(PUBLIC))}; else as it was"
    if action is Action.PUBLISH:
        return "published"
    if action is Action.RESTORE:
        return "as it was; archived: draft"
    return rule.target or "as it was"


def _who(rule: Rule) -> str:
    if rule.event == "article.reinstated":
        return "editor; of a kill: admin"
    return f"{rule.group}; reporter with an own draft" if rule.own_draft else rule.group
