from pipeline.common.sample import Sample, Sampler


def test_the_first_few_do_not_depend_on_the_order_of_finding() -> None:
    names = ["d", "b", "a", "c"]
    for order in (names, names[::-1]):
        sampler = Sampler()
        for name in order:
            sampler.add(name)
        assert sampler.sample() == Sample(4, ["a", "b", "c"])
    assert Sample.of("xyzw") == Sample(4, ["x", "y", "z"])
