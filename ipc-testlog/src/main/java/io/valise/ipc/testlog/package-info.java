/** What tests cause to be logged, and which descriptors they leave open. */
@NullMarked
package io.valise.ipc.testlog;

import org.jspecify.annotations.NullMarked;
