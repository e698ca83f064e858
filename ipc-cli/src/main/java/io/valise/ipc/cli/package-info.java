/** The {@code ipc} command: one class per subcommand. */
@NullMarked
package io.valise.ipc.cli;

import org.jspecify.annotations.NullMarked;
