@NullMarked
package io.valise.ipc.opentelemetry;

import org.jspecify.annotations.NullMarked;
