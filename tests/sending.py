"""Forms with a file in them, as a browser sends them."""

from serving import Answer, Client

_EDGE = "----coupez-ici"


def send_file(client: Client, path: str, name: str, data: bytes) -> Answer:
    """Send a form with one file in its field `fichier`, and the token of the pages before it."""
    if not client.token:
        client.get("/")
    token = (
        f'--{_EDGE}\r\nContent-Disposition: form-data; name="_jeton"\r\n\r\n{client.token}\r\n'
        f'--{_EDGE}\r\nContent-Disposition: form-data; name="fichier"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    )
    body = token.encode() + data + f"\r\n--{_EDGE}--\r\n".encode()
    told = {"Content-Type": f"multipart/form-data; boundary={_EDGE}"}
    return client.ask("POST", path, body, told)
