"""The keys of the teams pane: what they do, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.binding import Binding, BindingType

if TYPE_CHECKING:
    from tui.teams.conductor import Conductor

_ON_PROPOSAL = frozenset({"apply", "edit", "redirect", "refuse", "skip"})
_ON_LIST = frozenset({"start", "chat", "seat", "visit"})
_ON_TEAM = frozenset({
    "autonomy",
    "autopilot",
    "budget",
    "enter",
    "find",
    "found",
    "model",
    "new",
    "pending",
    "send_now",
    "timeline",
    "tree",
    "write",
})
_ON_RUN = frozenset({"compare", "copy", "export", "fork", "rename", "replay", "saw"})
"""What needs a session."""
AT_ONCE = frozenset({
    "apply",
    "autonomy",
    "autopilot",
    "copy",
    "found",
    "go",
    "other",
    "pending",
    "skip",
    "stop",
})
"""What asks nothing back, and is done in the order in which keys are pressed."""
_OTHERS = Binding.Group("Others", compact=True)

HELP = """\
A team is a tree of personas. Whatever one of them says is a proposal first: to somebody it \
asks, or its answer to whoever asked it. You let it through (**a**), change it (**e**), send it \
elsewhere (**>**), refuse it (**x**), reply yourself (**t**) or leave it out (**s**); or you \
let the autopilot do that (**space**), for all of them or, with **u**, for one.

Whoever is selected in the tree is whom you speak to, at any time. **p** goes to what has waited \
longest, wherever that is; **F8** does so from any pane and from the middle of a text.

Everything is on record: **l** shows when what happened; **f** goes back to any moment, **r** does \
and says something different there, **c** shows the branches that came of it side by side, and \
**enter** there makes one of them the main line.

From the list a team can be chatted with (**c**) or seated at a meetup (**a**, **b**) as if it \
were one persona: it works on autopilot, and **s** shows its run while it does.

Teams are YAML files in a folder `teams` beside your personas, and personas with `delegates`."""

KEYS: list[BindingType] = [
    Binding("enter", "do('start')", "Start", tooltip="Start the team in the list"),
    Binding("a", "do('seat', 'a')", "Seat left", tooltip="Seat it on the left of a meetup"),
    Binding("b", "do('seat', 'b')", "Seat right", tooltip="Seat it on the right of a meetup"),
    Binding("s", "do('visit')", "Seated", tooltip="A team at work in a chat or at a meetup"),
    Binding("a", "do('apply')", "Apply", show=False, tooltip="Let the proposal through"),
    Binding("e", "do('edit')", "Edit", show=False, tooltip="Let it through in other words"),
    Binding(
        "greater_than_sign",
        "do('redirect')",
        "Redirect",
        show=False,
        key_display=">",
        tooltip="Let it through to somebody else",
    ),
    Binding("x", "do('refuse')", "Refuse", show=False, tooltip="Have something else proposed"),
    Binding("t", "do('takeover')", "Take over", show=False, tooltip="Reply in its place"),
    Binding("s", "do('skip')", "Skip", show=False, tooltip="Go on without it"),
    Binding(
        "left_square_bracket",
        "do('other', -1)",
        "Before",
        show=False,
        key_display="[",
        group=_OTHERS,
        tooltip="The node's proposal before",
    ),
    Binding(
        "right_square_bracket",
        "do('other', 1)",
        "Next",
        show=False,
        key_display="]",
        group=_OTHERS,
        tooltip="The node's next proposal",
    ),
    Binding("escape", "do('stop')", "Stop", tooltip="Stop everything, keep what was said"),
    Binding("escape", "to_tree", "To the tree", show=False),
    Binding("space", "do('autopilot')", "Autopilot", tooltip="Let everything through, or not"),
    Binding("A", "do('budget')", "Autopilot for", show=False, tooltip="Autopilot on a budget"),
    Binding("n", "do('go')", "Go on", tooltip="Have whoever is due think, or try again"),
    Binding("p", "do('pending')", "Pending", tooltip="To what has waited longest"),
    Binding("i", "write", "Write", tooltip="Speak to the selected node, or to the team"),
    Binding("enter", "enter", show=False, tooltip="Speak to it; in the timeline: go there"),
    Binding("ctrl+enter", "send_now", show=False, tooltip="Stop its reply, take this in"),
    Binding("m", "do('model')", "Model", show=False, tooltip="Another model for this node"),
    Binding("l", "timeline", "Timeline", tooltip="Show or hide what happened when"),
    Binding("h", "tree", "Tree", show=False, tooltip="Show or hide the tree"),
    Binding("f", "do('fork')", "Fork", tooltip="Go back to the selected moment"),
    Binding("r", "do('replay')", "Replay", tooltip="Go back, say something, run on"),
    Binding("c", "do('chat')", "Chat", tooltip="Chat with the team as if it were one persona"),
    Binding("c", "do('compare')", "Compare", tooltip="Branches side by side"),
    Binding("u", "do('autonomy')", "Autonomy", tooltip="Hold this node's proposals, or not"),
    Binding("w", "do('saw')", "Sent", show=False, tooltip="What exactly was sent for a reply"),
    Binding("y", "do('copy')", "Copy", show=False, tooltip="Copy the selected message"),
    Binding("E", "do('export')", "Export", show=False, tooltip="Write a transcript"),
    Binding("R", "do('rename')", "Title", show=False, tooltip="Give the run a title"),
    Binding("ctrl+n", "do('new')", "Teams", tooltip="Choose another team"),
    Binding("ctrl+r", "do('resume')", "Earlier", tooltip="Go on with an earlier run"),
    Binding("ctrl+f", "do('find')", "Find", show=False, tooltip="Search on the page"),
    Binding("full_stop", "do('found', 1)", show=False, tooltip="Next place found"),
    Binding("comma", "do('found', -1)", show=False, tooltip="Previous place found"),
]


def possible(verb: object, conductor: Conductor | None) -> bool:
    """Return whether something can be done now, so that the key bar stays short and true."""
    if conductor is None:
        return verb not in _ON_PROPOSAL | _ON_TEAM | _ON_RUN | {"stop", "go", "takeover"}
    if verb == "stop":
        return conductor.stage.at_work
    if verb in _ON_LIST:
        return not conductor.chosen
    if verb == "go":
        return conductor.stage.stands_still
    if verb == "takeover":
        return conductor.can_reply
    if verb in _ON_PROPOSAL:
        view = conductor.card.view
        return conductor.chosen and view is not None and view.tone == "pending"
    if verb in _ON_RUN:
        return conductor.stage.tree is not None
    return conductor.chosen if verb in _ON_TEAM else True
