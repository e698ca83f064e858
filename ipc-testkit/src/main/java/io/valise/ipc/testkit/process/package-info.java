/** Real processes for tests: forked JVMs that execute a test's commands and end with it. */
@NullMarked
package io.valise.ipc.testkit.process;

import org.jspecify.annotations.NullMarked;
