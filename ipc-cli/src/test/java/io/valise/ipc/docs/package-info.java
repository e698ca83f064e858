/** The documentation as tests: its examples run, its links lead somewhere, the tests it names exist. */
@NullMarked
package io.valise.ipc.docs;

import org.jspecify.annotations.NullMarked;
