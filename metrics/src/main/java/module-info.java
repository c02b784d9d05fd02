import org.jspecify.annotations.NullMarked;

/** Meters of a Raftwire transport for Micrometer; see {@link io.raftwire.metrics}. */
@NullMarked
module io.raftwire.metrics {
  requires transitive io.raftwire.core;
  requires transitive micrometer.commons;
  requires transitive micrometer.core;
  requires transitive micrometer.observation;
  requires static transitive org.jspecify;

  exports io.raftwire.metrics;
}
