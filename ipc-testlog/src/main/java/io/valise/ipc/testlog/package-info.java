/** What tests cause to be logged. */
@NullMarked
package io.valise.ipc.testlog;

import org.jspecify.annotations.NullMarked;
