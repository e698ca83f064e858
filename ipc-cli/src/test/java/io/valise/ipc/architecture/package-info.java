/** The rules of the code as tests: dependencies, exports, sources. */
@NullMarked
package io.valise.ipc.architecture;

import org.jspecify.annotations.NullMarked;
