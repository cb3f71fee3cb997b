BEGIN TRANSACTION;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE artifact (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	run_id VARCHAR(12), 
	sample_id VARCHAR(12), 
	name VARCHAR(200) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	size BIGINT NOT NULL, 
	created_at FLOAT NOT NULL, 
	purged_at FLOAT, 
	CONSTRAINT pk_artifact PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_artifact_project_id_run_id_name UNIQUE (project_id, run_id, name), 
	CONSTRAINT uq_artifact_project_id_sample_id_name UNIQUE (project_id, sample_id, name), 
	CONSTRAINT fk_artifact_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_artifact_project_id_sample_id FOREIGN KEY(project_id, sample_id) REFERENCES sample (project_id, id), 
	CONSTRAINT fk_artifact_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "artifact" VALUES('112dd4a31a69','3a47db9a3b5d','0123456789ab',NULL,'log.txt','39847d99987d56ac8a47250a9a702b80ea85bcdf1220404e08f6777373d921fd',10,1.7952571216488382816e+09,NULL);
INSERT INTO "artifact" VALUES('08ee02bce476','3a47db9a3b5d',NULL,'7dcb713af5e9','xrd.csv','64f8706decc5fcc52834739df900c9dcee28efd9ea3860b5e34585eb46712882',31,1.79525712189526176452e+09,NULL);
INSERT INTO "artifact" VALUES('2fe0019f7d52','3a47db9a3b5d',NULL,NULL,'xrd_pattern-fa561a8130fb.npy','fa561a8130fb03db1c68d24f96687283faf377e59af8c7f64655abf3a45d1ba7',160,1.79525712195576024055e+09,NULL);
INSERT INTO "artifact" VALUES('e0ecc0d85693','3a47db9a3b5d','0123456789ab',NULL,'trajectory.xyz','cd32f6300e1bbd6bd5264cf97d77a4d6661eb39c683472f3a8b1046ce1e2030a',17,1.79525712201557898525e+09,1.7952571220822637081e+09);
INSERT INTO "artifact" VALUES('4f46d3c1bdb9','3a47db9a3b5d',NULL,NULL,'my-gap-1.nanoos-model','3bb63c501a2cb9b43bfbf09f0b02a7f12408e1922617522b8441afd37272b915',9,1.79525712215573143956e+09,NULL);
INSERT INTO "artifact" VALUES('9ebfbe449856','3a47db9a3b5d',NULL,NULL,'my-gap-1.1.nanoos-model','d238c5f8d8371f8d8d03628a5f85d372dc5edf8c5c9365582e51f63234792c96',11,1.79525712224590802191e+09,NULL);
INSERT INTO "artifact" VALUES('1589207fe9bc','3a47db9a3b5d',NULL,NULL,'my-gap-2-trial.nanoos-model','ea31d30af2f73a5d5585da2f4a1bd29f65d57f27e08c07ba39a2570bf5b89712',15,1.79525712229581546784e+09,NULL);
CREATE TABLE attempt (
	project_id VARCHAR(12) NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	number INTEGER NOT NULL, 
	folder VARCHAR(300) NOT NULL, 
	executor VARCHAR(100) NOT NULL, 
	job_id VARCHAR(100), 
	worker JSON, 
	created_at FLOAT NOT NULL, 
	started_at FLOAT, 
	finished_at FLOAT, 
	ended VARCHAR(12), 
	reason TEXT NOT NULL, 
	usage JSON, 
	CONSTRAINT pk_attempt PRIMARY KEY (project_id, run_id, number), 
	CONSTRAINT fk_attempt_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_attempt_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "attempt" VALUES('3a47db9a3b5d','0123456789ab',1,'runs/one','process',NULL,NULL,1.79525712149963665009e+09,NULL,NULL,'COMPLETED','','{"elapsed_s":12.5,"cpu_s":12.0,"cpus":1,"gpus":0,"max_rss_bytes":400000000}');
CREATE TABLE batch (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	task VARCHAR(100) NOT NULL, 
	label VARCHAR(200) NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_batch PRIMARY KEY (project_id, id), 
	CONSTRAINT fk_batch_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "batch" VALUES('ba0123456789','3a47db9a3b5d','relax','','ada',1.79525712150088548662e+09);
CREATE TABLE batch_run (
	project_id VARCHAR(12) NOT NULL, 
	batch_id VARCHAR(12) NOT NULL, 
	position INTEGER NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	reused BOOLEAN NOT NULL, 
	CONSTRAINT pk_batch_run PRIMARY KEY (project_id, batch_id, position), 
	CONSTRAINT fk_batch_run_project_id_batch_id FOREIGN KEY(project_id, batch_id) REFERENCES batch (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_batch_run_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_batch_run_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "batch_run" VALUES('3a47db9a3b5d','ba0123456789',0,'0123456789ab',0);
CREATE TABLE embedding (
	project_id VARCHAR(12) NOT NULL, 
	model VARCHAR(60) NOT NULL, 
	version VARCHAR(60) NOT NULL, 
	structure_id VARCHAR(12) NOT NULL, 
	created_at FLOAT NOT NULL, 
	vector BLOB NOT NULL, 
	CONSTRAINT pk_embedding PRIMARY KEY (project_id, model, version, structure_id), 
	CONSTRAINT fk_embedding_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_embedding_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "embedding" VALUES('3a47db9a3b5d','chgnet','0.3.0','3bfc05c403d5',1.79525712197335481643e+09,X'9A99193FCDCC4C3F00000000');
CREATE TABLE event (
	id VARCHAR(20) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	at FLOAT NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	kind VARCHAR(50) NOT NULL, 
	subject_id VARCHAR(12) NOT NULL, 
	data JSON NOT NULL, 
	CONSTRAINT pk_event PRIMARY KEY (project_id, id), 
	CONSTRAINT fk_event_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "event" VALUES('0660c6df012317d6d9e0','3a47db9a3b5d',1.79525712143857550618e+09,'ada','structure.added','3bfc05c403d5','{"name":"MgO","source":"MgO.cif","run":null}');
INSERT INTO "event" VALUES('0660c6df02dd42ae4351','3a47db9a3b5d',1795257121.56184,'ada','structure.derived','509f1737d0ef','{"name":"MgO · relaxed","source":null,"run":"0123456789ab"}');
INSERT INTO "event" VALUES('0660c6df05bd731ee445','3a47db9a3b5d',1.79525712175027942658e+09,'ada','value.recorded','6bbf704823a4','{"property":"bulk_modulus","value":160.0,"uncertainty":null,"unit":"GPa","origin":"measured","of":"a04b5b10786e"}');
INSERT INTO "event" VALUES('0660c6df05be107fabdb','3a47db9a3b5d',1.79525712175050616262e+09,'ada','values.imported','3a47db9a3b5d','{"added":1,"source":null}');
INSERT INTO "event" VALUES('0660c6df06f455dd055a','3a47db9a3b5d',1.79525712182985711096e+09,'ada','sample.added','7dcb713af5e9','{"name":"MgO-7","of":"MgO"}');
INSERT INTO "event" VALUES('0660c6df07fc6a232672','3a47db9a3b5d',1.795257121897484541e+09,'ada','sample.file_added','7dcb713af5e9','{"file":"xrd.csv","artifact":"08ee02bce476","size":31}');
INSERT INTO "event" VALUES('0660c6df08e884a86a52','3a47db9a3b5d',1.79525712195794177059e+09,'ada','value.recorded','472fd95d3ca0','{"property":"xrd_pattern","value":null,"uncertainty":null,"unit":"","origin":"measured","of":"7dcb713af5e9"}');
INSERT INTO "event" VALUES('0660c6df0b06d26836b9','3a47db9a3b5d',1.79525712209672093388e+09,'ada','artifact.purged','e0ecc0d85693','{"name":"trajectory.xyz","sha256":"cd32f6300e1bbd6bd5264cf97d77a4d6661eb39c683472f3a8b1046ce1e2030a","size":17,"run":"0123456789ab","reason":"it was large"}');
INSERT INTO "event" VALUES('0660c6df0c279f5e66dc','3a47db9a3b5d',1.79525712217067575458e+09,'ada','model.registered','8ace30d88fe8','{"name":"my-gap","version":"1","sha256":"3bb63c501a2cb9b43bfbf09f0b02a7f12408e1922617522b8441afd37272b915","run":"0123456789ab","source":"a frozen lab"}');
INSERT INTO "event" VALUES('0660c6df0c8f2198b954','3a47db9a3b5d',1.79525712219713807103e+09,'ada','model.activated','8ace30d88fe8','{"name":"my-gap","version":"1"}');
INSERT INTO "event" VALUES('0660c6df0d549afb5f26','3a47db9a3b5d',1.79525712224778223038e+09,'ada','model.registered','52baeab2a941','{"name":"my-gap","version":"1.1","sha256":"d238c5f8d8371f8d8d03628a5f85d372dc5edf8c5c9365582e51f63234792c96","run":"0123456789ab","source":"a frozen lab"}');
INSERT INTO "event" VALUES('0660c6df0d5d3e0aa07b','3a47db9a3b5d',1.79525712225000834464e+09,'ada','model.activated','52baeab2a941','{"name":"my-gap","version":"1.1","was":"1"}');
INSERT INTO "event" VALUES('0660c6df0e312d4bac72','3a47db9a3b5d',1.79525712230422091484e+09,'ada','model.registered','c4a1be53c6db','{"name":"my-gap","version":"2-trial","sha256":"ea31d30af2f73a5d5585da2f4a1bd29f65d57f27e08c07ba39a2570bf5b89712","run":"0123456789ab","source":"a frozen lab"}');
INSERT INTO "event" VALUES('0660c6df0e38d6896d86','3a47db9a3b5d',1.79525712230621933935e+09,'ada','model.retired','c4a1be53c6db','{"name":"my-gap","version":"2-trial","reason":"worse on metals"}');
CREATE TABLE lease (
	project_id VARCHAR(12) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	holder VARCHAR(200) NOT NULL, 
	token BIGINT NOT NULL, 
	until FLOAT NOT NULL, 
	CONSTRAINT pk_lease PRIMARY KEY (project_id, name), 
	CONSTRAINT fk_lease_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "lease" VALUES('3a47db9a3b5d','runs','a process that ended',3,1.79525712204197025302e+09);
CREATE TABLE material (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	phase_key VARCHAR(200) NOT NULL, 
	reduced_formula VARCHAR(200) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	notes TEXT NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_material PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_material_project_id_phase_key UNIQUE (project_id, phase_key), 
	CONSTRAINT fk_material_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "material" VALUES('a04b5b10786e','3a47db9a3b5d','MgO|225','MgO','MgO','',1.79525712142670845986e+09);
CREATE TABLE member (
	project_id VARCHAR(12) NOT NULL, 
	person VARCHAR(63) NOT NULL, 
	role VARCHAR(10) NOT NULL, 
	added_by VARCHAR(63) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_member PRIMARY KEY (project_id, person), 
	CONSTRAINT ck_member_role CHECK (role IN ('owner', 'editor', 'viewer')), 
	CONSTRAINT fk_member_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "member" VALUES('3a47db9a3b5d','ada','owner','ada',1.79525712202941274643e+09);
CREATE TABLE model (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	name VARCHAR(60) NOT NULL, 
	version VARCHAR(40) NOT NULL, 
	architecture VARCHAR(60) NOT NULL, 
	targets JSON NOT NULL, 
	base VARCHAR(200), 
	run_id VARCHAR(12), 
	artifact_id VARCHAR(12) NOT NULL, 
	active BOOLEAN NOT NULL, 
	retired_at FLOAT, 
	synthetic BOOLEAN NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	metrics JSON NOT NULL, 
	CONSTRAINT pk_model PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_model_project_id_name_version UNIQUE (project_id, name, version), 
	CONSTRAINT fk_model_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_model_project_id_artifact_id FOREIGN KEY(project_id, artifact_id) REFERENCES artifact (project_id, id), 
	CONSTRAINT fk_model_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "model" VALUES('8ace30d88fe8','3a47db9a3b5d','my-gap','1','nanoos-gnn','["band_gap"]','nanoos-gnn 1.0','0123456789ab','4f46d3c1bdb9',0,NULL,0,'ada',1.7952571221576051712e+09,'{"test":{"band_gap":{"n":40,"mae":0.2,"rmse":0.3,"bias":0.0}}}');
INSERT INTO "model" VALUES('52baeab2a941','3a47db9a3b5d','my-gap','1.1','nanoos-gnn','["band_gap"]','nanoos-gnn 1.0','0123456789ab','9ebfbe449856',1,NULL,0,'ada',1.79525712224706411363e+09,'{"test":{"band_gap":{"n":40,"mae":0.2,"rmse":0.3,"bias":0.0}}}');
INSERT INTO "model" VALUES('c4a1be53c6db','3a47db9a3b5d','my-gap','2-trial','nanoos-gnn','["band_gap"]','nanoos-gnn 1.0','0123456789ab','1589207fe9bc',0,1.79525712230443310743e+09,0,'ada',1.79525712229697656627e+09,'{"test":{"band_gap":{"n":40,"mae":0.2,"rmse":0.3,"bias":0.0}}}');
CREATE TABLE project (
	id VARCHAR(12) NOT NULL, 
	owner VARCHAR(63) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_project PRIMARY KEY (id), 
	CONSTRAINT uq_project_owner_name UNIQUE (owner, name)
);
INSERT INTO "project" VALUES('3a47db9a3b5d','','default',1.79525712008281683918e+09);
CREATE TABLE property_value (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	material_id VARCHAR(12), 
	structure_id VARCHAR(12), 
	sample_id VARCHAR(12), 
	run_id VARCHAR(12), 
	property VARCHAR(100) NOT NULL, 
	value FLOAT, 
	artifact_id VARCHAR(12), 
	shape JSON, 
	unit VARCHAR(30) NOT NULL, 
	uncertainty FLOAT, 
	uncertainty_kind VARCHAR(20) NOT NULL, 
	origin VARCHAR(12) NOT NULL, 
	method_name VARCHAR(100) NOT NULL, 
	method_version VARCHAR(100) NOT NULL, 
	method_recipe TEXT NOT NULL, 
	converged BOOLEAN NOT NULL, 
	in_domain BOOLEAN, 
	synthetic BOOLEAN NOT NULL, 
	conditions JSON NOT NULL, 
	source TEXT NOT NULL, 
	note TEXT NOT NULL, 
	fingerprint VARCHAR(64) NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_property_value PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_property_value_project_id_fingerprint UNIQUE (project_id, fingerprint), 
	CONSTRAINT fk_property_value_project_id_material_id FOREIGN KEY(project_id, material_id) REFERENCES material (project_id, id), 
	CONSTRAINT fk_property_value_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_property_value_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_property_value_project_id_sample_id FOREIGN KEY(project_id, sample_id) REFERENCES sample (project_id, id), 
	CONSTRAINT fk_property_value_project_id_artifact_id FOREIGN KEY(project_id, artifact_id) REFERENCES artifact (project_id, id), 
	CONSTRAINT ck_property_value_subject CHECK (material_id IS NOT NULL OR sample_id IS NOT NULL), 
	CONSTRAINT ck_property_value_content CHECK (value IS NOT NULL OR artifact_id IS NOT NULL), 
	CONSTRAINT fk_property_value_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "property_value" VALUES('59f6a63f9fcc','3a47db9a3b5d','a04b5b10786e','509f1737d0ef',NULL,'0123456789ab','bulk_modulus',151.0,NULL,NULL,'GPa',3.0,'fit','computed','CHGNet','0.3.0','7 volumes',1,NULL,0,'{"temperature_K":0.0}','','','5516f416afc95869c362a06555a7f5ee829a33bb0a8d55fe731580f336beca5e','ada',1.79525712156242823599e+09);
INSERT INTO "property_value" VALUES('6bbf704823a4','3a47db9a3b5d','a04b5b10786e',NULL,NULL,NULL,'bulk_modulus',160.0,NULL,NULL,'GPa',NULL,'none','measured','literature','','',1,NULL,0,'{}','Sinogeikin 2000','','4e7d50b07b3eb007a486edf033fa5ea07973e79490885a0f42daf2ec6e577ade','ada',1.79525712174962043766e+09);
INSERT INTO "property_value" VALUES('472fd95d3ca0','3a47db9a3b5d','a04b5b10786e','3bfc05c403d5','7dcb713af5e9',NULL,'xrd_pattern',NULL,'2fe0019f7d52','[2,2]','',NULL,'none','measured','XRD','','',1,NULL,0,'{"temperature_K":295.0}','','','23dda419fab580b4d045afd0997b0bf342fd5a4063e3b4e198ca186a027cc5aa','ada',1.79525712189786672591e+09);
CREATE TABLE run (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	parent_id VARCHAR(12), 
	task VARCHAR(100) NOT NULL, 
	task_version VARCHAR(50) NOT NULL, 
	task_reference VARCHAR(500) NOT NULL, 
	params JSON NOT NULL, 
	identity JSON NOT NULL, 
	"key" VARCHAR(64) NOT NULL, 
	active_key VARCHAR(64), 
	state VARCHAR(12) NOT NULL, 
	profile VARCHAR(100) NOT NULL, 
	executor VARCHAR(100) NOT NULL, 
	priority INTEGER NOT NULL, 
	resources JSON NOT NULL, 
	retry JSON NOT NULL, 
	attempt INTEGER NOT NULL, 
	not_before FLOAT NOT NULL, 
	cancel_requested BOOLEAN NOT NULL, 
	owner VARCHAR(100), 
	label VARCHAR(200) NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	started_at FLOAT, 
	finished_at FLOAT, 
	summary JSON, 
	messages JSON, 
	converged BOOLEAN, 
	error JSON, 
	CONSTRAINT pk_run PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_run_project_id_active_key UNIQUE (project_id, active_key), 
	CONSTRAINT fk_run_project_id_parent_id FOREIGN KEY(project_id, parent_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_run_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "run" VALUES('0123456789ab','3a47db9a3b5d',NULL,'relax','1','','{"calculator":"chgnet"}','{"weights":"abc"}','kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk','kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk','COMPLETED','process','process',0,'{"cpus":1}','{"max_attempts":3}',1,0.0,0,NULL,'','ada',1.79525712147438454629e+09,1.79525712146180295948e+09,1.79525712146180343627e+09,'{"steps":7}','[]',1,NULL);
CREATE TABLE run_input (
	project_id VARCHAR(12) NOT NULL, 
	run_id VARCHAR(12) NOT NULL, 
	name VARCHAR(100) NOT NULL, 
	position INTEGER NOT NULL, 
	structure_id VARCHAR(12) NOT NULL, 
	CONSTRAINT pk_run_input PRIMARY KEY (project_id, run_id, name, position), 
	CONSTRAINT fk_run_input_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_run_input_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_run_input_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "run_input" VALUES('3a47db9a3b5d','0123456789ab','structure',0,'3bfc05c403d5');
CREATE TABLE sample (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	material_id VARCHAR(12), 
	structure_id VARCHAR(12), 
	parent_id VARCHAR(12), 
	synthesis JSON NOT NULL, 
	notes TEXT NOT NULL, 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	CONSTRAINT pk_sample PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_sample_project_id_name UNIQUE (project_id, name), 
	CONSTRAINT fk_sample_project_id_material_id FOREIGN KEY(project_id, material_id) REFERENCES material (project_id, id), 
	CONSTRAINT fk_sample_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_sample_project_id_parent_id FOREIGN KEY(project_id, parent_id) REFERENCES sample (project_id, id), 
	CONSTRAINT fk_sample_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "sample" VALUES('7dcb713af5e9','3a47db9a3b5d','MgO-7','a04b5b10786e','3bfc05c403d5',NULL,'{"temperature_K":1400.0,"atmosphere":"air"}','floats in the second drawer','ada',1.79525712182877802847e+09);
CREATE TABLE setting (
	"key" VARCHAR(50) NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_setting PRIMARY KEY ("key")
);
INSERT INTO "setting" VALUES('purpose','a frozen lab');
CREATE TABLE structure (
	id VARCHAR(12) NOT NULL, 
	project_id VARCHAR(12) NOT NULL, 
	material_id VARCHAR(12) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	formula VARCHAR(200) NOT NULL, 
	reduced_formula VARCHAR(200) NOT NULL, 
	chemical_system VARCHAR(200) NOT NULL, 
	elements_low BIGINT NOT NULL, 
	elements_high BIGINT NOT NULL, 
	n_elements INTEGER NOT NULL, 
	n_sites INTEGER NOT NULL, 
	periodic BOOLEAN NOT NULL, 
	ordered BOOLEAN NOT NULL, 
	space_group INTEGER, 
	space_group_symbol VARCHAR(20), 
	crystal_system VARCHAR(20), 
	density FLOAT, 
	volume_per_atom FLOAT, 
	dimensionality INTEGER, 
	digest VARCHAR(64) NOT NULL, 
	crystal_hash VARCHAR(64) NOT NULL, 
	record_key VARCHAR(100) NOT NULL, 
	original_format VARCHAR(20), 
	original_name VARCHAR(300), 
	parent_id VARCHAR(12), 
	run_id VARCHAR(12), 
	author VARCHAR(100) NOT NULL, 
	created_at FLOAT NOT NULL, 
	notes TEXT NOT NULL, 
	description JSON NOT NULL, 
	content JSON NOT NULL, 
	original_text TEXT, 
	CONSTRAINT pk_structure PRIMARY KEY (project_id, id), 
	CONSTRAINT uq_structure_project_id_record_key UNIQUE (project_id, record_key), 
	CONSTRAINT fk_structure_project_id_material_id FOREIGN KEY(project_id, material_id) REFERENCES material (project_id, id), 
	CONSTRAINT fk_structure_project_id_parent_id FOREIGN KEY(project_id, parent_id) REFERENCES structure (project_id, id), 
	CONSTRAINT fk_structure_project_id_run_id FOREIGN KEY(project_id, run_id) REFERENCES run (project_id, id), 
	CONSTRAINT fk_structure_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "structure" VALUES('3bfc05c403d5','3a47db9a3b5d','a04b5b10786e','MgO','Mg4 O4','MgO','-Mg-O-',2176,0,2,8,1,1,225,'Fm-3m','cubic',3.5825846577400644044e+00,9.34060701599999809729e+00,3,'3c6868197bb5514ccb43c4a2bcdb79b73d1e65dee6075c40c0ce0942e5e2da6c','f161c8f19eec62fd64bc572b66799176aef495b0704c8c71e38a4a208cc59607','crystal:f161c8f19eec62fd64bc572b66799176aef495b0704c8c71e38a4a208cc59607','cif','MgO.cif',NULL,NULL,'ada',1.7952571213213627338e+09,'periclase','{"formula":"Mg4 O4","reduced_formula":"MgO","chemical_system":"Mg-O","elements":["Mg","O"],"n_elements":2,"n_sites":8,"periodic":true,"ordered":true,"charge":0.0,"lattice":[4.212,4.212,4.212,90.0,90.0,90.0],"conventional":[4.212,4.212,4.212],"volume":74.72485612799998,"volume_per_atom":9.340607015999998,"density":3.5825846577400644,"space_group":225,"space_group_symbol":"Fm-3m","crystal_system":"cubic","point_group":"m-3m","symprec":0.01,"dimensionality":3}','{"@module":"pymatgen.core.structure","@class":"Structure","charge":null,"sites":[{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.0,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.5,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.0,0.5],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.0,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.5,0.0],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.0,0.0],"properties":{}}],"properties":{},"lattice":{"matrix":[[4.212,0.0,0.0],[0.0,4.212,0.0],[0.0,0.0,4.212]],"pbc":[true,true,true]}}','data_MgO');
INSERT INTO "structure" VALUES('509f1737d0ef','3a47db9a3b5d','a04b5b10786e','MgO · relaxed','Mg4 O4','MgO','-Mg-O-',2176,0,2,8,1,1,225,'Fm-3m','cubic',3.48734375726122758365e+00,9.595703125,3,'4f2a945fd45f5d78adce283ea7ba7cf908154d2dd730fcb6faf7e3ecac6ed08e','902b51442693e216dc986b100c092331990fe14a0d9650167fb7f89ef4bd9936','run:0123456789ab:4f2a945fd45f5d78adce283ea7ba7cf908154d2dd730fcb6faf7e3ecac6ed08e',NULL,NULL,'3bfc05c403d5','0123456789ab','ada',1.79525712152479052547e+09,'','{"formula":"Mg4 O4","reduced_formula":"MgO","chemical_system":"Mg-O","elements":["Mg","O"],"n_elements":2,"n_sites":8,"periodic":true,"ordered":true,"charge":0.0,"lattice":[4.25,4.25,4.25,90.0,90.0,90.0],"conventional":[4.25,4.25,4.25],"volume":76.765625,"volume_per_atom":9.595703125,"density":3.4873437572612276,"space_group":225,"space_group_symbol":"Fm-3m","crystal_system":"cubic","point_group":"m-3m","symprec":0.01,"dimensionality":3}','{"@module":"pymatgen.core.structure","@class":"Structure","charge":null,"sites":[{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.0,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.5,0.0],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.5,0.0,0.5],"properties":{}},{"species":[{"element":"Mg","occu":1.0}],"abc":[0.0,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.5,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.0,0.5],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.0,0.5,0.0],"properties":{}},{"species":[{"element":"O","occu":1.0}],"abc":[0.5,0.0,0.0],"properties":{}}],"properties":{},"lattice":{"matrix":[[4.25,0.0,0.0],[0.0,4.25,0.0],[0.0,0.0,4.25]],"pbc":[true,true,true]}}',NULL);
CREATE TABLE tag (
	project_id VARCHAR(12) NOT NULL, 
	structure_id VARCHAR(12) NOT NULL, 
	tag VARCHAR(100) NOT NULL, 
	CONSTRAINT pk_tag PRIMARY KEY (project_id, structure_id, tag), 
	CONSTRAINT fk_tag_project_id_structure_id FOREIGN KEY(project_id, structure_id) REFERENCES structure (project_id, id) ON DELETE CASCADE, 
	CONSTRAINT fk_tag_project_id FOREIGN KEY(project_id) REFERENCES project (id)
);
INSERT INTO "tag" VALUES('3a47db9a3b5d','3bfc05c403d5','rocksalt');
CREATE INDEX ix_member_person ON member (person, project_id);
CREATE INDEX ix_material_formula ON material (project_id, reduced_formula);
CREATE INDEX ix_material_name ON material (project_id, name);
CREATE INDEX ix_material_said ON material (project_id, id) WHERE notes <> '' OR name <> reduced_formula;
CREATE INDEX ix_run_key ON run (project_id, "key");
CREATE INDEX ix_run_parent ON run (project_id, parent_id);
CREATE INDEX ix_run_created ON run (project_id, created_at);
CREATE INDEX ix_run_state ON run (project_id, state, priority, created_at);
CREATE INDEX ix_run_finished ON run (project_id, finished_at);
CREATE INDEX ix_event_at ON event (project_id, at, id);
CREATE INDEX ix_event_subject ON event (project_id, subject_id, at);
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'the event journal is append-only'); END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'the event journal is append-only'); END;
CREATE INDEX ix_structure_digest ON structure (project_id, digest);
CREATE INDEX ix_structure_run ON structure (project_id, run_id);
CREATE INDEX ix_structure_facets ON structure (project_id, id, elements_low, elements_high, space_group, n_elements, n_sites, dimensionality, density, volume_per_atom, parent_id, material_id, created_at);
CREATE INDEX ix_structure_material ON structure (project_id, material_id, id);
CREATE INDEX ix_structure_crystal ON structure (project_id, crystal_hash);
CREATE INDEX ix_structure_formula ON structure (project_id, reduced_formula, space_group, volume_per_atom);
CREATE INDEX ix_structure_name ON structure (project_id, name);
CREATE INDEX ix_structure_created ON structure (project_id, created_at);
CREATE INDEX ix_structure_parent ON structure (project_id, parent_id);
CREATE INDEX ix_batch_run_run ON batch_run (project_id, run_id);
CREATE INDEX ix_tag_tag ON tag (project_id, tag, structure_id);
CREATE INDEX ix_sample_structure ON sample (project_id, structure_id);
CREATE INDEX ix_sample_parent ON sample (project_id, parent_id);
CREATE INDEX ix_sample_material ON sample (project_id, material_id);
CREATE INDEX ix_run_input_structure ON run_input (project_id, structure_id);
CREATE INDEX ix_embedding_created ON embedding (project_id, model, version, created_at);
CREATE INDEX ix_embedding_structure ON embedding (project_id, structure_id);
CREATE INDEX ix_artifact_sha256 ON artifact (project_id, sha256);
CREATE INDEX ix_value_run ON property_value (project_id, run_id);
CREATE INDEX ix_value_sample ON property_value (project_id, sample_id, property);
CREATE INDEX ix_value_material ON property_value (project_id, material_id, property);
CREATE INDEX ix_value_artifact ON property_value (project_id, artifact_id);
CREATE INDEX ix_value_structure ON property_value (project_id, structure_id, property, value, converged, synthetic, origin, method_name);
CREATE INDEX ix_value_general ON property_value (project_id, property, value, material_id, converged, synthetic, origin, method_name) WHERE structure_id IS NULL;
CREATE INDEX ix_value_property ON property_value (project_id, property, value, structure_id, converged, synthetic, origin, method_name);
CREATE INDEX ix_model_run ON model (project_id, run_id);
CREATE INDEX ix_model_artifact ON model (project_id, artifact_id);
CREATE UNIQUE INDEX ix_model_active ON model (project_id, name) WHERE active;
COMMIT;
