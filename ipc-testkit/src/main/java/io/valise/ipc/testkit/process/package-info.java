/** Real processes for tests: forked JVMs that do what a test tells them and die with it. */
@NullMarked
package io.valise.ipc.testkit.process;

import org.jspecify.annotations.NullMarked;
