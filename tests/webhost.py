"""A plain web host: it serves the files of a folder, and knows nothing of what they are."""

import threading
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing of a browser that hangs up."""


class WebHost:
    """Serves `folder`; `asked` is what it was asked for, `log` all that came with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[str] = []
        self.log: list[str] = []
        self.sent = 0  # bytes of the bodies of answers

        class Handler(SimpleHTTPRequestHandler):
            def log_request(handler, code: object = "-", size: object = "-") -> None:  # noqa: N805
                self.asked.append(f"{handler.command} {handler.path.partition('?')[0]}")
                self.log.append(f"{handler.requestline}\n{handler.headers}")
                path = Path(handler.translate_path(handler.path))
                if code == HTTPStatus.OK and path.is_file():  # else it has no body of a file
                    self.sent += path.stat().st_size

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing on stderr."""

        self._server = _Server(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
        self._thread = threading.Thread(
            target=partial(self._server.serve_forever, 0.05), daemon=True
        )

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "WebHost":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(30)

    def put(self, files: dict[str, bytes]) -> None:
        """Put files into the folder."""
        for name, data in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
