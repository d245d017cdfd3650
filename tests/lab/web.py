"""A client of mxward's inspection process that can be as wrong as it likes: octets out, octets back."""
import dataclasses
import json
import socket

PORT = 8953
ADDRESS = "127.0.0.1"
SECONDS = 120


@dataclasses.dataclass
class Response:
    status: int
    fields: dict
    body: bytes

    def json(self):
        return json.loads(self.body)


def connect(address=ADDRESS, port=PORT, source=None):
    return socket.create_connection((address, port), SECONDS, source and (source, 0))


def request(target="/livez", method="GET", fields=(), host=ADDRESS, version="1.1"):
    lines = [f"{method} {target} HTTP/{version}", *([f"Host: {host}"] if host is not None else []), *fields]
    return "".join(line + "\r\n" for line in lines).encode("latin-1") + b"\r\n"


def read_response(stream, head=False):
    """The next response of a stream (socket.makefile); None: the server has closed it."""
    line = stream.readline()
    if not line:
        return None
    status = int(line.split()[1])
    fields = {}
    while (line := stream.readline().decode().rstrip("\r\n")):
        name, _, value = line.partition(":")
        fields[name.lower()] = value.strip()
    size = 0 if head or status in (204, 304) else int(fields.get("content-length", 0))
    return Response(status, fields, stream.read(size))


def send(octets, head=False, **where):
    """The first response to these octets; None: the connection was closed without one."""
    with connect(**where) as client, client.makefile("rb") as stream:
        try:
            client.sendall(octets)
            return read_response(stream, head)
        except ConnectionError:
            return None


def get(target="/livez", fields=(), host=ADDRESS, **where):
    return send(request(target, fields=fields, host=host), **where)
