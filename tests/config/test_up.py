"""`bin/up` shares its port with nobody and tells when the web server answers."""

import socket
import threading

from config.up import answers, is_taken, main, parse


def _serve_once(listener, heard):
    wire, _address = listener.accept()
    with wire:
        heard.append(wire.recv(1000))
        wire.sendall(b"HTTP/1.1 301 Moved Permanently\r\n\r\n")


def test_a_server_answers_on_this_machine_by_its_public_name():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard = []
        thread = threading.Thread(target=_serve_once, args=(listener, heard))
        thread.start()
        port = str(listener.getsockname()[1])
        choices = parse(["--host", "0.0.0.0", "--port", port])
        assert answers(choices, "https://www.boreal.example")
        thread.join()
    assert heard == [
        b"HEAD /health/ HTTP/1.1\r\nHost: www.boreal.example\r\nConnection: close\r\n\r\n"
    ]


def test_a_server_that_is_not_there_yet_does_not_answer():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        choices = parse(["--port", str(free.getsockname()[1])])
        assert not answers(choices, "http://127.0.0.1")


def test_a_port_is_shared_with_nobody(capsys):
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert is_taken("127.0.0.1", port)
        assert main(["--port", str(port)]) == 1
    assert not is_taken("127.0.0.1", port)
    assert capsys.readouterr().out == (
        f"Port {port} is taken: is Pérenne running? --port names another.\n"
    )
