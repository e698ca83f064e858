/** Traces and metrics of calls by OpenTelemetry. */
@NullMarked
package io.valise.ipc.opentelemetry;

import org.jspecify.annotations.NullMarked;
