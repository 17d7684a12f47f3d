"""`python -m course_lib page`: serve the page that writes in your hand."""

import importlib.util
import os
import socket
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "page" / "app.py"


def run(model: Path | None, address: str, port: int) -> int:
    """Serve the page until Ctrl-C.

    Args:
        model: a file that `train style-vae` wrote; None for the kit's own model.
        address: the address that the server listens on.
        port: 1 to 65535.

    Raises:
        ValueError: if there is no such file, a package is missing, or the port is taken.
    """
    if model and not model.is_file():
        raise ValueError(
            f"--model {model}: there is no such file. `python -m course_lib train style-vae` "
            "writes one."
        )
    if not importlib.util.find_spec("streamlit_drawable_canvas"):
        raise ValueError(
            "The page needs two more packages: python -m pip install streamlit "
            "streamlit-drawable-canvas (with Python 3.11 or newer)."
        )
    if model:
        os.environ["COURSE_STYLE_VAE"] = str(model.resolve())
    try:
        with socket.create_server((address or "?", port)):
            pass
    except OSError as error:
        raise ValueError(
            f"The page cannot be served at {address!r}, port {port} ({error}). Choose another "
            "--port or another --address."
        ) from error
    from streamlit.web import cli

    flags = [f"--{name}={value}" for name, value in settings(address, port).items()]
    return cli.main(["run", str(PAGE), *flags], standalone_mode=False)


def settings(address: str, port: int) -> dict:
    """Return Streamlit's settings: no usage statistics, and no requests to the internet."""
    # Streamlit asks a server on the internet for this machine's address unless one is set.
    named = socket.gethostname() if address == "0.0.0.0" else address
    return {
        "server.address": address,
        "browser.serverAddress": named,
        "server.port": port,
        "server.showEmailPrompt": "false",
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": "false",
        "client.toolbarMode": "minimal",
    }
