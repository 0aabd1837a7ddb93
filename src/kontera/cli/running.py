"""`kontera serve` and `kontera worker`: the two processes of an installation."""

from __future__ import annotations

import faulthandler
import threading

import click

from kontera.cli.common import CLOCK, grounded


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8010, show_default=True, help="0 chooses a free one.")
@click.option("--with-worker/--no-worker", default=False, help="Also work in this process (small installations).")
@grounded
def serve(host: str, port: int, with_worker: bool) -> None:
    """Serve the console and receive webhooks, until interrupted."""
    import socket

    import uvicorn

    from kontera.api.application import application

    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise click.UsageError(f"{host}:{port} cannot be listened at: {error.strerror}") from error
    listener.listen(2048)  # before the address is told
    stop = threading.Event()
    working = threading.Thread(target=_work, args=(4, stop), name="worker")
    if with_worker:
        working.start()
    click.echo(f"Kontera serves at http://{host}:{listener.getsockname()[1]}/")
    config = uvicorn.Config(application(CLOCK), log_config=None, access_log=False, server_header=False)
    try:
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        stop.set()
        if with_worker:
            working.join()


@click.command()
@click.option("--lanes", default=4, show_default=True, help="Lanes drained at once by this process.")
@grounded
def worker(lanes: int) -> None:
    """Read shops and write ledgers, until interrupted. Any number of workers may run, on any number of machines."""
    _work(lanes, None)


def _work(lanes: int, stop: threading.Event | None) -> None:
    from kontera.cli.draining import drain_connection
    from kontera.connections.registry import VENDORS
    from kontera.work import engine
    from kontera.work import worker as process

    faulthandler.enable()  # an interpreter that dies says where, in the log
    for vendor in VENDORS.values():  # imported by one thread, before many lanes do so at the same moment
        vendor.builder()
    engine.on_wake(drain_connection)
    process.run(CLOCK, lanes, stop)
