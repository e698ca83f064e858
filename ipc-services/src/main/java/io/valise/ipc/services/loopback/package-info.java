/** Which applications talk over {@code loopback:}, as the user has it in manifest files. */
@NullMarked
package io.valise.ipc.services.loopback;

import org.jspecify.annotations.NullMarked;
