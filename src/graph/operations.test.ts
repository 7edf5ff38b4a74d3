import { describeOperations } from '../../test/graph/operation-battery.ts';
import { operationCases } from '../../test/graph/operation-cases.ts';

describeOperations(operationCases);
