/** Round-trip times. */
@NullMarked
package io.valise.ipc.cli.measure;

import org.jspecify.annotations.NullMarked;
