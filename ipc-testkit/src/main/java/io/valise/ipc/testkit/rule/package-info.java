/** Base classes of all rule groups. */
@NullMarked
package io.valise.ipc.testkit.rule;

import org.jspecify.annotations.NullMarked;
