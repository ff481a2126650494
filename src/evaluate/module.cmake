pare_registry(evaluate evaluate/metrics metric pare::MetricFamily "evaluate/metric.hpp" metric_families)
