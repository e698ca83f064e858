/** The rules of the house as tests: who may use whom, what a module shows, how sources are kept. */
@NullMarked
package io.valise.ipc.architecture;

import org.jspecify.annotations.NullMarked;
