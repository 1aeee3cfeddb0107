"""A line before a few places."""

import threading

from aecore.system.waiting_line import WaitingLine


def test_who_comes_first_is_served_first():
    line = WaitingLine(2)

    numbers = [line.join() for _ in range(5)]

    assert [line.position(number) for number in numbers] == [0, 0, 1, 2, 3]
    line.leave(numbers[3])  # out of the middle
    line.leave(numbers[0])
    assert [line.position(numbers[each]) for each in (1, 2, 4)] == [0, 0, 1]


def test_a_place_that_is_left_wakes_who_waits():
    line = WaitingLine(1)
    first, second = line.join(), line.join()
    assert line.wait(second, 0.0) == 1

    leaving = threading.Thread(target=line.leave, args=(first,))
    leaving.start()

    assert line.wait(second, 30.0) == 0
    leaving.join()
