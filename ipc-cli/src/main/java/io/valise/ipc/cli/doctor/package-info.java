/** What {@code ipc doctor} looks at. */
@NullMarked
package io.valise.ipc.cli.doctor;

import org.jspecify.annotations.NullMarked;
