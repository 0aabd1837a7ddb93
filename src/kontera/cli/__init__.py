"""The terminal door. Commands are found by name and imported when called, so that `kontera --help` is quick."""

from __future__ import annotations

import importlib

import click

_COMMANDS = {
    "bench": ("kontera.cli.bench", "Measure calls per order, use of the rate limit, time per order."),
    "case": ("kontera.cli.cases", "Cases: what waits, why, and letting it go."),
    "check": ("kontera.cli.checks", "Hold the books of this installation against the laws."),
    "connect": ("kontera.cli.connecting", "Connect a shop or a ledger, or change its settings."),
    "crash-test": (
        "kontera.cli.crash",
        "Kill workers and lose answers while orders are booked; count what went wrong.",
    ),
    "demo": ("kontera.cli.demo", "Sandboxes, hub and console together, with orders being booked."),
    "order": ("kontera.cli.orders", "Orders: where each stands, and the whole chain of one."),
    "readiness": ("kontera.cli.connecting", "Is a connection able to do what was chosen?"),
    "restored": ("kontera.cli.restored", "Say that the database was restored from an older copy."),
    "rules": ("kontera.cli.rules", "Rulebooks: export, import, test."),
    "sandbox": ("kontera.cli.sandbox", "Serve the vendors' sandboxes, and shop in them."),
    "scenario": ("kontera.cli.scenarios", "Scenario files: shop events in, exact ledger effects out."),
    "serve": ("kontera.cli.running", "Serve the console and receive webhooks."),
    "sign-in": ("kontera.cli.signing_in", "Consent at a vendor that wants it, for its keys."),
    "user": ("kontera.cli.users", "People who may sign in."),
    "worker": ("kontera.cli.running", "Read shops and write ledgers; any number may run."),
}


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(_COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kontera")
@click.option("--with-parent", is_flag=True, help="End when standard input does: with the process that gave it.")
def main(with_parent: bool) -> None:
    """Kontera: from what happens in a shop to correct, complete, explained bookkeeping."""
    if with_parent:
        from kontera.cli.parent import end_with_parent

        end_with_parent()
