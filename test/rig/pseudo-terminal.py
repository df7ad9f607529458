"""Runs a program on a terminal of its own: pseudo-terminal.py COLUMNS ROWS COMMAND...

What the program draws goes to standard output, with control sequences of ours (OSC 7770) in between, which stand where they happened:
`frozen` once the program is stopped and all that it drew before is passed on, and `ended CODE`.
Lines on standard input: `type HEX`, `freeze`, `thaw COLUMNS ROWS`, which gives the terminal another size and lets the program go on.
"""

import fcntl
import os
import select
import signal
import struct
import sys
import termios


def resize(terminal, columns, rows):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def pass_on(controller):
    os.write(sys.stdout.fileno(), os.read(controller, 65536))


def say(controller, terminal, word):
    """Sends a word the way that all else went, so that it comes after it."""
    sign = b"\x1b]7770;" + word.encode() + b"\x07"
    os.write(terminal, sign)
    seen = b""
    while sign not in seen:
        data = os.read(controller, 65536)
        os.write(sys.stdout.fileno(), data)
        seen += data


def start(command, terminal, controller):
    child = os.fork()
    if child != 0:
        return child
    os.close(controller)
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for stream in range(3):
        os.dup2(terminal, stream)
    if terminal > 2:
        os.close(terminal)
    os.execvp(command[0], command)


def main():
    columns, rows, *command = sys.argv[1:]
    controller, terminal = os.openpty()
    resize(terminal, int(columns), int(rows))
    wake, waker = os.pipe()
    os.set_blocking(waker, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    child = start(command, terminal, controller)
    orders = b""
    while True:
        ready, _, _ = select.select([controller, sys.stdin, wake], [], [])
        if controller in ready:
            pass_on(controller)
        if wake in ready:
            os.read(wake, 512)
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended == child:
                say(controller, terminal, f"ended {os.waitstatus_to_exitcode(status)}")
                return
        if sys.stdin in ready:
            data = os.read(sys.stdin.fileno(), 65536)
            if data == b"":
                os.kill(child, signal.SIGKILL)
                return
            *lines, orders = (orders + data).split(b"\n")
            for line in lines:
                obey(line.decode().split(), child, controller, terminal)


def obey(order, child, controller, terminal):
    if order[0] == "type":
        os.write(controller, bytes.fromhex(order[1]))
    elif order[0] == "freeze":
        os.kill(child, signal.SIGSTOP)
        os.waitid(os.P_PID, child, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
        say(controller, terminal, "frozen")
    elif order[0] == "thaw":
        resize(terminal, int(order[1]), int(order[2]))
        os.kill(child, signal.SIGCONT)


main()
