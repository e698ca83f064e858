/** The checks of {@code ipc doctor}. */
@NullMarked
package io.valise.ipc.cli.doctor;

import org.jspecify.annotations.NullMarked;
