(** Proposition 5.2: the readings of its quoted words that are refuted. *)
From Coq Require Import Reals Lra Lia FunctionalExtensionality.
From mathcomp Require Import ssreflect ssrfun ssrbool eqtype ssrnat seq fintype bigop.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import vectors jets conditions chain pullback smooth real_functions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Open Scope R_scope.

(** A family of maps of R^d with one parameter [t]. *)
Definition family (d : nat) := R -> vec d -> vec d.

(** The family is C^2 in the parameter and the point together. *)
Definition smooth_family (d : nat) (T : family d) : Prop :=
  forall p, C2map (fun q : vec d.+1 => T (q ord0) (fun i => q (lift ord0 i))) p.

(** [v] lies in the augmentation tangent space at [z]: it is a multiple of the velocity of the orbit of
    [z] at the parameter 0, where the family is the identity. *)
Definition in_Vaug (d : nat) (T : family d) (z v : vec d) : Prop :=
  exists c w, has_velocity (fun t => T t z) 0 w /\ v = scalev c w.

(** The head [h] is C^2 at every point, and so is the loss [L]. *)
Definition smooth (d k : nat) (h : vec d -> vec k) (L : vec k -> R) : Prop :=
  (forall z, C2map h z) /\ (forall u, C2 L u).

(** [h] is invariant at [z]: h (T_t z) = h(z) for all [t] near 0, where T_0 z = z. *)
Definition invariant (d k : nat) (h : vec d -> vec k) (T : family d) (z : vec d) : Prop :=
  T 0 z = z /\ locally 0 (fun t => h (T t z) = h z).

(** The sentence of reading `effective`: v^T H_eff v = 0 for all v in V_aug(z). *)
Definition sentence_effective : Prop :=
  forall (d k : nat) (h : vec d -> vec k) (L : vec k -> R) (T : family d) (z : vec d),
  smooth h L -> smooth_family T -> invariant h T z ->
  forall v, in_Vaug T z v -> form (effective L h z) v v = 0.

(** The sentence of reading `effective-kernel`: at a critical z, H_eff v = 0 for all v in V_aug(z). *)
Definition sentence_effective_kernel : Prop :=
  forall (d k : nat) (h : vec d -> vec k) (L : vec k -> R) (T : family d) (z : vec d),
  smooth h L -> smooth_family T -> invariant h T z -> critical L h z ->
  forall v, in_Vaug T z v -> mulv (effective L h z) v = zerov.

(** The sentence of reading `collapse`: the whole orbit of z is mapped to one point. *)
Definition sentence_collapse : Prop :=
  forall (d k : nat) (h : vec d -> vec k) (L : vec k -> R) (T : family d) (z : vec d),
  smooth h L -> smooth_family T -> invariant h T z -> forall t, h (T t z) = h z.

(** The sentence of reading `converse`: if J_h(z) v = 0 for all v in V_aug(z), h is locally constant on the
    orbit of z. *)
Definition sentence_converse : Prop :=
  forall (d k : nat) (h : vec d -> vec k) (L : vec k -> R) (T : family d) (z : vec d),
  smooth h L -> smooth_family T -> T 0 z = z ->
  (forall v, in_Vaug T z v -> mulv (jac h z) v = zerov) ->
  locally 0 (fun t => h (T t z) = h z).

(** The loss of one output: L(u) = u. *)
Definition value (u : vec 1) : R := u first.

(** Rotations of the plane, and translations along the first axis. *)
Definition rotation : family 2 := fun t x =>
  vec2 (x first * cos t - x second * sin t) (x first * sin t + x second * cos t).
Definition translation n : family n.+1 := fun t x => upd x first (x first + t).

Lemma translation_smooth n : smooth_family (@translation n).
Proof.
move=> p a; rewrite /comp /translation /upd; case: (a == first); last exact: C2_coord.
by apply: C2_plus; exact: C2_coord.
Qed.

Lemma C2fun_circular a b : C2fun (fun t => a * cos t + b * sin t).
Proof.
have D a' b' : Derive (fun t => a' * cos t + b' * sin t) = fun t => b' * cos t + - a' * sin t.
  by apply: functional_extensionality => t; apply: is_derive_unique; auto_derive => //; ring.
move=> t; rewrite !D; split; first by auto_derive.
by split; [auto_derive | apply: ex_derive_continuous; auto_derive].
Qed.

Lemma rotation_smooth : smooth_family rotation.
Proof.
have C a b p : C2 (fun q : vec 3 => a * cos (q first) + b * sin (q first)) p.
  exact: C2_lift (C2fun_circular a b).
have o : ord0 = first :> 'I_3 by exact: val_inj.
have E (f g : vec 3 -> R) p : (forall q, g q = f q) -> C2 f p -> C2 g p.
  by move=> e; apply: C2_ext_near; apply: near_all => q; rewrite e.
move=> p; apply: all2; rewrite /comp /rotation /vec2 /=.
- apply: (E (fun q => q (lift ord0 first) * (1 * cos (q first) + 0 * sin (q first)) +
                      q (lift ord0 second) * (0 * cos (q first) + -1 * sin (q first)))) => [q|].
    by rewrite o; ring.
  by apply: C2_plus; apply: C2_mult => //; exact: C2_coord.
- apply: (E (fun q => q (lift ord0 first) * (0 * cos (q first) + 1 * sin (q first)) +
                      q (lift ord0 second) * (1 * cos (q first) + 0 * sin (q first)))) => [q|].
    by rewrite o; ring.
  by apply: C2_plus; apply: C2_mult => //; exact: C2_coord.
Qed.

(** The four heads: half the square of the length; the product of two coordinates; a ledge, 0 up to 1 and
    growing from there; the cube. *)
Definition bowl (z : vec 2) : vec 1 := vec1 ((z first ^ 2 + z second ^ 2) / 2).
Definition saddle (z : vec 2) : vec 1 := vec1 (z first * z second).
Definition ledge (z : vec 1) : vec 1 := vec1 (relu (z first - 1) ^ 3).
Definition cube (z : vec 1) : vec 1 := vec1 (z first ^ 3).

Lemma value_known u : near u (second_order value (fun _ => vec1 1) (fun _ _ _ => 0)).
Proof.
apply: near_all => y; split.
- by apply: all1; rewrite /value /upd /=; auto_derive.
- by apply: all1; apply: all1; rewrite /vec1; auto_derive.
- by apply: all1; continuity.
- by apply: all1; apply: all1; continuity.
Qed.

(** A head with one output is C^2 when its value is. *)
Lemma one_output_smooth n (f : vec n -> R) g H :
  (forall y, second_order f g H y) -> smooth (fun z => vec1 (f z)) value.
Proof.
move=> K; split=> [z a|u]; last exact: known_C2 (value_known u).
exact: known_C2 (near_all z K).
Qed.

Lemma saddle_known y :
  second_order (fun z => z first * z second) (fun z : vec 2 => vec2 (z second) (z first))
   (fun _ i j => if i == j then 0 else 1) y.
Proof.
split.
- by apply: all2; rewrite /vec2 /upd /=; auto_derive => //=; ring.
- by apply: all2; apply: all2; rewrite /vec2 /upd /=; auto_derive.
- by apply: all2; rewrite /vec2 /=; continuity.
- by apply: all2; apply: all2; continuity.
Qed.

Lemma is_derive_ledge m x :
  is_derive (fun t => relu (t - 1) ^ m.+2) x (INR m.+2 * relu (x - 1) ^ m.+1).
Proof.
have := Coquelicot.Derive.is_derive_comp (fun t => relu t ^ m.+2) (fun t => t - 1) x _ 1 (is_derive_relu_pow m (x - 1)).
rewrite /scal /= /mult /= Rmult_1_l; apply.
by auto_derive => //; ring.
Qed.

Lemma ledge_known y :
  second_order (fun z : vec 1 => relu (z first - 1) ^ 3) (fun z => vec1 (3 * relu (z first - 1) ^ 2))
   (fun z _ _ => 6 * relu (z first - 1)) y.
Proof.
have c1 z : cont (fun z : vec 1 => relu (z first - 1)) z.
  apply: (cont_comp (s := relu)); first by continuity.
  apply: (continuous_ext (fun t => (t + Rabs t) / 2)).
    by move=> t; rewrite /relu /Rmax /Rabs; case: Rle_dec; case: Rcase_abs => *; lra.
  apply: (continuous_mult (fun t => t + Rabs t) (fun _ => / 2)); last exact: continuous_const.
  by apply: continuous_plus; [exact: continuous_id | exact: continuous_Rabs].
split.
- apply: all1; rewrite /vec1 /upd /=.
  by have := is_derive_ledge 1 (y first); rewrite (_ : INR 3 = 3) //=; ring.
- apply: all1; apply: all1; rewrite /vec1 /upd /=.
  have := is_derive_scal _ _ 3 _ (is_derive_ledge 0 (y first)).
  rewrite (_ : 3 * (INR 2 * relu (y first - 1) ^ 1) = 6 * relu (y first - 1)) //=; ring.
- by apply: all1; rewrite /vec1; apply: cont_mult; [continuity | apply: cont_pow].
- by apply: all1; apply: all1; apply: cont_mult; [continuity |].
Qed.

Lemma cube_known y :
  second_order (fun z : vec 1 => z first ^ 3) (fun z => vec1 (3 * z first ^ 2)) (fun z _ _ => 6 * z first) y.
Proof.
split.
- by apply: all1; rewrite /vec1 /upd /=; auto_derive => //=; ring.
- by apply: all1; apply: all1; rewrite /vec1 /upd /=; auto_derive => //=; ring.
- by apply: all1; rewrite /vec1; continuity.
- by apply: all1; apply: all1; continuity.
Qed.

(** The counterexample to `effective`: at z = (1, 0) the bowl is invariant to all rotations, v = (0, 1) is in
    V_aug(z), and v^T H_eff v = 1. *)
Theorem effective_counterexample :
  [/\ smooth bowl value, rotation 0 (vec2 1 0) = vec2 1 0,
      forall t, bowl (rotation t (vec2 1 0)) = bowl (vec2 1 0),
      in_Vaug rotation (vec2 1 0) (vec2 0 1)
    & form (effective value bowl (vec2 1 0)) (vec2 0 1) (vec2 0 1) = 1].
Proof.
split.
- exact: one_output_smooth half_square_known.
- by apply: functional_extensionality; apply: all2; rewrite /rotation /vec2 /= sin_0 cos_0; ring.
- move=> t; apply: functional_extensionality => i; rewrite /bowl /rotation /vec1 /vec2 /=.
  by have := sin2_cos2 t; rewrite /Rsqr => e; nra.
- exists 1, (vec2 0 1); split.
    apply: all2; rewrite /rotation /vec2 /=; auto_derive => //; rewrite ?sin_0 ?cos_0; ring.
  by apply: functional_extensionality => i; rewrite /scalev Rmult_1_l.
- rewrite /effective (known_hess (near_all _ half_square_known)) /form /dot /mulv !sum2 /vec2 /kron /=; ring.
Qed.

(** Reading `effective` is refuted. *)
Theorem refuted_effective : ~ sentence_effective.
Proof.
move=> S; have [sm e inv v E] := effective_counterexample.
have K := S _ _ _ _ _ _ sm rotation_smooth (conj e (locally_all 0 inv)) _ v; move: E; rewrite K; lra.
Qed.

(** The counterexample to `effective-kernel`: z = 0 is critical, the product of the coordinates is invariant
    to all translations along the first axis, and H_eff (1, 0) = (0, 1). *)
Theorem effective_kernel_counterexample :
  smooth saddle value /\
  [/\ @translation 1 0 zerov = zerov,
      forall t, saddle (@translation 1 t zerov) = saddle zerov,
      critical value saddle zerov, in_Vaug (@translation 1) zerov (vec2 1 0)
    & mulv (effective value saddle zerov) (vec2 1 0) = vec2 0 1].
Proof.
split; last split.
- exact: one_output_smooth saddle_known.
- by apply: functional_extensionality; apply: all2; rewrite /translation /zerov /upd /=; ring.
- by move=> t; apply: functional_extensionality => i; rewrite /saddle /translation /zerov /vec1 /upd /=; ring.
- apply: functional_extensionality => i; rewrite /critical /mulv /tr /jac sum1 /zerov /=.
  have -> : partial (comp saddle first) i (fun _ => 0) = 0.
    have -> : partial (comp saddle first) i (fun _ => 0) = grad (fun z => z first * z second) (fun _ => 0) i by [].
    by rewrite (known_grad (near_all _ saddle_known)) /vec2; case: (i == first).
  ring.
- exists 1, (vec2 1 0); split.
    by apply: all2; rewrite /translation /vec2 /zerov /upd /=; auto_derive.
  by apply: functional_extensionality => i; rewrite /scalev Rmult_1_l.
- apply: functional_extensionality; apply: all2;
  rewrite /effective (known_hess (near_all _ saddle_known)) /mulv sum2 /vec2 /=; ring.
Qed.

(** Reading `effective-kernel` is refuted. *)
Theorem refuted_effective_kernel : ~ sentence_effective_kernel.
Proof.
move=> S; have [sm [e inv cr v E]] := effective_kernel_counterexample.
have := S _ _ _ _ _ _ sm (@translation_smooth 1) (conj e (locally_all 0 inv)) cr _ v; rewrite E.
by move=> /(at_index second); rewrite /vec2 /zerov /=; lra.
Qed.

(** The counterexample to `collapse`: the ledge is constant on the orbit of 0 while t < 1, and takes the
    values 0 and 1 on it. *)
Theorem collapse_counterexample :
  [/\ smooth ledge value, @translation 0 0 zerov = zerov,
      forall t, t < 1 -> ledge (@translation 0 t zerov) = ledge zerov
    & ledge (@translation 0 2 zerov) <> ledge zerov].
Proof.
split.
- exact: one_output_smooth ledge_known.
- by apply: functional_extensionality; apply: all1; rewrite /translation /zerov /upd /=; ring.
- move=> t t1; apply: functional_extensionality => i; rewrite /ledge /translation /zerov /vec1 /upd /=.
  by rewrite !relu_neg; lra.
- move=> /(at_index first); rewrite /ledge /translation /zerov /vec1 /upd /=.
  by rewrite relu_pos ?(relu_neg (x := 0 - 1)); lra.
Qed.

(** Reading `collapse` is refuted. *)
Theorem refuted_collapse : ~ sentence_collapse.
Proof.
move=> S; have [sm e inv ne] := collapse_counterexample; apply: ne.
apply: S; [exact: sm | exact: translation_smooth |].
by split=> //; apply: filter_imp (locally_gt Rlt_0_1) => t; exact: inv.
Qed.

(** The counterexample to `converse`: the cube has no slope at 0, and is not constant near 0 on the orbit. *)
Theorem converse_counterexample :
  [/\ smooth cube value, @translation 0 0 zerov = zerov, has_velocity (fun t => @translation 0 t zerov) 0 (vec1 1),
      forall v, mulv (jac cube zerov) v = zerov
    & forall t, t <> 0 -> cube (@translation 0 t zerov) <> cube zerov].
Proof.
split.
- exact: one_output_smooth cube_known.
- by apply: functional_extensionality; apply: all1; rewrite /translation /zerov /upd /=; ring.
- by apply: all1; rewrite /translation /vec1 /zerov /upd /=; auto_derive.
- move=> v; apply: functional_extensionality => a; rewrite /mulv sum1 /jac /zerov.
  have -> : partial (comp cube a) first (fun _ => 0) = grad (fun z : vec 1 => z first ^ 3) (fun _ => 0) first by [].
  by rewrite (known_grad (near_all _ cube_known)) /vec1 /=; ring.
- move=> t t0 /(at_index first); rewrite /cube /translation /zerov /vec1 /upd /= => e.
  by apply: (pow_nonzero t 3) => //=; lra.
Qed.

(** Reading `converse` is refuted. *)
Theorem refuted_converse : ~ sentence_converse.
Proof.
move=> S; have [sm e vel J ne] := converse_counterexample.
have [eps H] := S _ _ cube value (@translation 0) zerov sm (@translation_smooth 0) e (fun v _ => J v).
have p := cond_pos eps.
apply: (ne (eps / 2)); first lra.
apply: H; rewrite /ball /= /AbsRing_ball /abs /minus /plus /opp /= Rabs_pos_eq; lra.
Qed.
