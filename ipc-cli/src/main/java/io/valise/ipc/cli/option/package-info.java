/** Parts that subcommands share: options, arguments, and the failure that a user can act on. */
@NullMarked
package io.valise.ipc.cli.option;

import org.jspecify.annotations.NullMarked;
