/** What subcommands have in common: options, arguments, and the failure that people can act on. */
@NullMarked
package io.valise.ipc.cli.option;

import org.jspecify.annotations.NullMarked;
