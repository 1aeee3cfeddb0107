"""How many threads BLAS and OpenMP may use."""

from threadpoolctl import threadpool_info, threadpool_limits

from aecore.threads import one_thread


def sizes() -> set[int]:
    return {pool["num_threads"] for pool in threadpool_info()}


def test_all_pools_are_kept_to_one_thread_and_let_go_again_time_after_time():
    with threadpool_limits(2):
        for _ in range(2):
            with one_thread():
                within = sizes()

            assert within == {1}
            assert sizes() == {2}
