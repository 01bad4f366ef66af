"""Metrics of several processes as one exposition, each sample with a label `process`. ◆

{"brain": "a_total 1", "gateway": "a_total 2"} ──> a_total{process="brain"} 1, a_total{process="gateway"} 2
"""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector


def merged(expositions: Mapping[str, str | None]) -> bytes:
    """One exposition in Prometheus' text format; a process that gave None, or something else, is down in haazir_process_up."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Merged(expositions))
    return generate_latest(registry)


class _Merged(Collector):
    def __init__(self, expositions: Mapping[str, str | None]) -> None:
        self._expositions = expositions

    def collect(self) -> Iterator[Metric]:
        families: dict[str, Metric] = {}
        up = GaugeMetricFamily("haazir_process_up", "1: the process gave its metrics", labels=["process"])
        for process, text in self._expositions.items():
            found = _families(text)
            up.add_metric([process], float(found is not None))
            for family in found or ():
                all_of_it = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                all_of_it.samples += [sample._replace(labels={**sample.labels, "process": process}) for sample in family.samples]
        yield up
        yield from families.values()


def _families(text: str | None) -> list[Metric] | None:
    if text is None:
        return None
    try:
        return list(text_string_to_metric_families(text))
    except (ValueError, KeyError, IndexError):  # the parser's ways to say that this is no exposition
        return None
